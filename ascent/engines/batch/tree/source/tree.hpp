// A branched cell: as many sweeps at a time as there are lanes, each with its own synaptic events and its own end.
//
// The order of operations in a step is that of NEURON's fixed-step method (secondorder = 0): events, currents and
// conductances from the old potentials and states, implicit Euler along the tree, then every state with the new
// potentials. What follows the solve is local, so one pass over the compartments advances the states and works out
// the currents of the next step. Lanes never exchange values, so a sweep's bits do not depend on its companions.
// Units: mV, ms, nA, uS.
#pragma once

#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include <immintrin.h>

#include "kernel_interface.hpp"
#include "rate_tables.hpp"
#include "synaptic_conductances.hpp"

namespace ascent {

constexpr int LANES = ASCENT_LANES;

// The cell, filled in by Python (ascent/engines/batch/tree/library.py has the same fields in the same order); its
// arrays live as long as the solver. Nodes are sorted so that parents come before their children.
struct Cell {
    std::int64_t n_nodes, n_compartments, n_injected, n_steps;
    const std::int64_t* parents;       // n_nodes; -1 for the root
    const double* couplings;           // n_nodes: uS to the parent
    const double* capacities;          // n_nodes: uS, capacitance / dt
    const std::int64_t* class_ends;    // of each class of compartments, where its compartments end
    const std::int64_t* nodes;         // n_compartments: their nodes
    const double* areas;               // n_compartments: um2 * 1e-2, turns mA/cm2 into nA
    const double *diameters, *surfaces;  // n_compartments: um, um2
    const double* parameters;          // compartment after compartment, those of its class
    const double* variables;           // the same of variables, before initialisation
    const double* synapses;            // of each pair: slow and fast factor of a step, reversal
    const double* blocks;              // of each blocked pair: BLOCK_CONSTANTS
    const std::int64_t* injected;      // n_injected: nodes of known currents
    const double* currents;            // (n_injected, n_steps): nA
    double celsius, dt, v_init;
    std::int64_t tabulated;            // whether rates come from tables
};

// One sweep. Arrays stay alive until the lane's next sweep.
struct Sweep {
    std::int64_t n_steps, n_events, n_traces;
    const std::int64_t* event_steps;   // n_events, ascending
    const std::int64_t* event_slots;   // n_events: compartment * pairs + pair
    const double* event_jumps;         // n_events: nS
    const std::int64_t* traces;        // n_traces: nodes
    double* out;                       // (n_traces, n_steps + 1)
};

enum Status : std::int64_t { IDLE, RUNNING, ENDED };

// The equations of the tree, which compartments put their currents and conductances, and those of their synapses, into:
// N_PAIRS conductances of synapses in every compartment; the first N_BLOCKED have a block that depends on v.
template <int N_PAIRS, int N_BLOCKED>
struct Equations {
    using V = Pack<LANES>;

    const Cell& cell;
    const double* axial;  // n_nodes: uS
    V *diagonal, *right;  // n_nodes
    Pair<V>* pairs;       // n_compartments * N_PAIRS

    template <bool ADVANCING>
    ASCENT_INLINE void add(std::int64_t c, V v, V current, V conductance, const Block<V>* blocks) const {
        const std::int64_t node = cell.nodes[c];
        const V area(cell.areas[c]);
        V total = area * current, slope = area * conductance;
        synapses<ADVANCING>(c, v, blocks, total, slope);
        diagonal[node] = V(axial[node]) + slope;
        right[node] = -total;
    }

    // Adds currents (nA) and conductances (uS) of a compartment's synapses to `total` and `slope`.
    template <bool ADVANCING>
    ASCENT_INLINE void synapses(std::int64_t c, V v, const Block<V>* blocks, V& total, V& slope) const {
        for (int k = 0; k < N_PAIRS; ++k) {
            Pair<V>& pair = pairs[c * N_PAIRS + k];
            const double* kind = cell.synapses + 3 * k;
            if (ADVANCING) {
                pair.slow = pair.slow * V(kind[0]);
                pair.fast = pair.fast * V(kind[1]);
            }
            const V conductance = V(1e-3) * (pair.slow - pair.fast);
            const V drive = v - V(kind[2]);
            if (k < N_BLOCKED) {
                // NEURON's (I(v + h) - I(v)) / h, without its loss of digits
                const V open_ahead = vfma(V(VOLTAGE_STEP), blocks[k].slope, blocks[k].open);
                total = vfma(conductance * blocks[k].open, drive, total);
                slope = vfma(conductance, vfma(drive, blocks[k].slope, open_ahead), slope);
            } else {
                total = vfma(conductance, drive, total);
                slope = slope + conductance;
            }
        }
    }
};

// Compartments with the same membrane.
template <class Membrane, int N_PAIRS, int N_BLOCKED>
class Compartments {
  public:
    using V = Pack<LANES>;
    using Rates = RatesAndBlocks<Membrane, N_BLOCKED>;
    static constexpr int N_VARIABLES = Membrane::n_variables > 0 ? Membrane::n_variables : 1;
    static constexpr int N_CONSTANTS = Rates::n_constants > 0 ? Rates::n_constants : 1;

    // The compartments from `begin` to before `end`; takes their parameters and variables from where the pointers are.
    Compartments(const Cell& cell, std::int64_t begin, std::int64_t end, const double*& parameters, const double*& variables);

    void restart(int lane) {
        for (std::size_t i = 0; i < start_.size(); ++i) variables_[i].set(lane, start_[i]);
    }

    // Puts the current and conductance (mA/cm2, S/cm2) of each compartment into the equations.
    void begin(const V* potentials, V dt, Equations<N_PAIRS, N_BLOCKED> equations);

    // The same when its states have gone a step further.
    void advance(const V* potentials, V dt, Equations<N_PAIRS, N_BLOCKED> equations);

  private:
    using Tables = RateTables<LANES, Rates, 8>;
    static constexpr std::int64_t TILE = 16;

    // Compartments one after the other whose gates have the same rates.
    struct Run {
        std::int64_t begin, end;
        const Tables* tables;
    };

    template <bool ADVANCING>
    ASCENT_INLINE void visit(const V* potentials, V dt, const Equations<N_PAIRS, N_BLOCKED>& equations) {
        for (const Run& run : runs_) {
            if (run.tables)
                pass<ADVANCING, true>(run, potentials, dt, equations);
            else
                pass<ADVANCING, false>(run, potentials, dt, equations);
        }
    }

    // By tiles, so that what a tile leaves for the next loop stays in the cache nearest to the processor; several short
    // loops, since a compartment's work is a long chain of operations and the next one's has to overlap with it.
    template <bool ADVANCING, bool TABULATED>
    ASCENT_INLINE void pass(const Run& run, const V* potentials, V dt, const Equations<N_PAIRS, N_BLOCKED>& equations) {
        const std::int64_t* nodes = equations.cell.nodes;
        V currents[TILE], conductances[TILE];
        Block<V> blocks[TILE][N_BLOCKED + 1];
        for (std::int64_t first = run.begin; first < run.end; first += TILE) {
            const std::int64_t last = first + TILE < run.end ? first + TILE : run.end;
            if constexpr (ADVANCING)
                for (std::int64_t c = first; c < last; ++c)
                    Membrane::template advance_rest<V>(potentials[nodes[c]], dt, constants(c), variables(c));
            if constexpr (Rates::n_gates > 0) {
                for (std::int64_t c = first; c < last; ++c) {
                    V gains[Rates::n_gates], losses[Rates::n_gates];
                    if constexpr (TABULATED)
                        run.tables->look_up(potentials[nodes[c]], constants(c), gains, losses);
                    else
                        Tables::direct(potentials[nodes[c]], dt, constants(c), gains, losses);
                    if constexpr (ADVANCING) Membrane::template advance_gates<V>(gains, losses, variables(c));
                    for (int k = 0; k < N_BLOCKED; ++k)
                        blocks[c - first][k] = {gains[Membrane::n_gates + k], losses[Membrane::n_gates + k]};
                }
            }
            for (std::int64_t c = first; c < last; ++c)
                Membrane::template current<V>(potentials[nodes[c]], constants(c), variables(c), currents[c - first],
                                              conductances[c - first]);
            for (std::int64_t c = first; c < last; ++c)
                equations.template add<ADVANCING>(c, potentials[nodes[c]], currents[c - first], conductances[c - first], blocks[c - first]);
        }
    }

    const double* constants(std::int64_t c) const { return constants_.data() + (c - begin_) * N_CONSTANTS; }
    V* variables(std::int64_t c) { return variables_.data() + (c - begin_) * N_VARIABLES; }

    // Tables where compartments in a row share the rates of their gates; many short rows are not worth theirs.
    ASCENT_COLD void tabulate(const Cell& cell) {
        static constexpr std::size_t MOST = 4;
        for (std::int64_t c = begin_; c < end_; ++c) {
            if (runs_.empty() || !alike(c, runs_.back().begin)) runs_.push_back({c, c, nullptr});
            runs_.back().end = c + 1;
        }
        if (!cell.tabulated || Rates::n_gates == 0 || runs_.size() > MOST) {
            runs_.assign(1, {begin_, end_, nullptr});
            return;
        }
        for (Run& run : runs_) {
            tables_.push_back(std::make_unique<Tables>(cell.dt));
            tables_.back()->arrange(constants(run.begin));
            run.tables = tables_.back().get();
        }
    }

    bool alike(std::int64_t c, std::int64_t other) const {
        for (int i = 0; i < Membrane::n_rate_constants; ++i) {
            const int place = Membrane::rate_constants[i];
            if (constants_[(c - begin_) * N_CONSTANTS + place] != constants_[(other - begin_) * N_CONSTANTS + place]) return false;
        }
        return true;
    }

    std::int64_t begin_, end_;
    std::vector<double> constants_, start_;
    std::vector<V> variables_;
    std::vector<Run> runs_;
    std::vector<std::unique_ptr<Tables>> tables_;
};

// What is long is defined here, not inline, so that another part of the program can have it.
template <class Membrane, int N_PAIRS, int N_BLOCKED>
ASCENT_COLD Compartments<Membrane, N_PAIRS, N_BLOCKED>::Compartments(const Cell& cell, std::int64_t begin, std::int64_t end,
                                                                   const double*& parameters, const double*& variables)
    : begin_(begin), end_(end), constants_((end - begin) * N_CONSTANTS), start_((end - begin) * N_VARIABLES),
      variables_((end - begin) * N_VARIABLES, V(0.0)) {
    using S = Pack<1>;
    for (std::int64_t c = begin; c < end; ++c) {
        S given[Membrane::n_parameters + 1], constants[Membrane::n_constants + 1], values[N_VARIABLES];
        for (int i = 0; i < Membrane::n_parameters; ++i) given[i] = S(*parameters++);
        for (int i = 0; i < Membrane::n_variables; ++i) values[i] = S(*variables++);
        Membrane::template prepare<S>(given, {S(cell.celsius), S(cell.diameters[c]), S(cell.surfaces[c])}, constants);
        Membrane::template initial<S>(S(cell.v_init), constants, values);
        double* own = constants_.data() + (c - begin) * N_CONSTANTS;
        for (int i = 0; i < Membrane::n_constants; ++i) own[i] = constants[i][0];
        for (int i = 0; i < BLOCK_CONSTANTS * N_BLOCKED; ++i) own[Membrane::n_constants + i] = cell.blocks[i];
        for (int i = 0; i < Membrane::n_variables; ++i) start_[(c - begin) * N_VARIABLES + i] = values[i][0];
    }
    tabulate(cell);
}

template <class Membrane, int N_PAIRS, int N_BLOCKED>
ASCENT_COLD void Compartments<Membrane, N_PAIRS, N_BLOCKED>::begin(const V* potentials, V dt, Equations<N_PAIRS, N_BLOCKED> equations) {
    visit<false>(potentials, dt, equations);
}

template <class Membrane, int N_PAIRS, int N_BLOCKED>
void Compartments<Membrane, N_PAIRS, N_BLOCKED>::advance(const V* potentials, V dt, Equations<N_PAIRS, N_BLOCKED> equations) {
    visit<true>(potentials, dt, equations);
}

template <int N_PAIRS, int N_BLOCKED, class... Membranes>
class Tree {
  public:
    using V = Pack<LANES>;

    ASCENT_COLD explicit Tree(const Cell& cell)
        : cell_(cell), dt_(cell.dt), parents_(cell.parents, cell.parents + cell.n_nodes), potentials_(cell.n_nodes, V(cell.v_init)),
          diagonal_(cell.n_nodes, V(0.0)), right_(cell.n_nodes, V(0.0)), slope_(cell.n_nodes, V(0.0)), axial_(cell.n_nodes, 0.0),
          pairs_(cell.n_compartments * N_PAIRS, Pair<V>{V(0.0), V(0.0)}), classes_(compartments(std::index_sequence_for<Membranes...>())) {
        for (std::int64_t n = 0; n < cell.n_nodes; ++n) {
            axial_[n] += cell.capacities[n];
            if (parents_[n] < 0) continue;
            axial_[n] += cell.couplings[n];
            axial_[parents_[n]] += cell.couplings[n];
        }
        std::vector<bool> has_membrane(cell.n_nodes, false);
        for (std::int64_t c = 0; c < cell.n_compartments; ++c) has_membrane[cell.nodes[c]] = true;
        for (std::int64_t n = 0; n < cell.n_nodes; ++n)
            if (!has_membrane[n]) bare_.push_back(n);
        for (int lane = 0; lane < LANES; ++lane) restart(lane);
    }

    void assign(int index, const Sweep& sweep) {
        Lane& lane = lanes_[index];
        lane = Lane{sweep, RUNNING, 0, 0};
        restart(index);
        fresh_ = true;
        record(index, lane);
    }

    Status status(int index) const { return lanes_[index].status; }

    // Advance until a sweep has ended or max_steps are done; returns how many sweeps have ended.
    int run(std::int64_t max_steps) {
        const unsigned modes = _mm_getcsr();
        _mm_setcsr(modes | 0x8040u);  // no denormals: they are far below rounding and slow
        int ended = 0;
        if (fresh_) currents<false>();
        fresh_ = false;
        for (std::int64_t done = 0; done < max_steps && ended == 0; ++done) {
            for (int index = 0; index < LANES; ++index)
                if (lanes_[index].status == RUNNING) begin_step(index, lanes_[index]);
            solve();
            currents<true>();
            for (int index = 0; index < LANES; ++index)
                if (lanes_[index].status == RUNNING) ended += finish_step(index, lanes_[index]);
        }
        _mm_setcsr(modes);
        return ended;
    }

  private:
    struct Lane {
        Sweep sweep{};
        Status status = IDLE;
        std::int64_t step = 0, next_event = 0;
    };

    template <std::size_t... I>
    std::tuple<Compartments<Membranes, N_PAIRS, N_BLOCKED>...> compartments(std::index_sequence<I...>) {
        const double *parameters = cell_.parameters, *variables = cell_.variables;
        // braces: one after the other
        return {Compartments<Membranes, N_PAIRS, N_BLOCKED>(cell_, I == 0 ? 0 : cell_.class_ends[I - 1], cell_.class_ends[I], parameters, variables)...};
    }

    void restart(int lane) {
        for (V& v : potentials_) v.set(lane, cell_.v_init);
        for (Pair<V>& pair : pairs_) {
            pair.slow.set(lane, 0.0);
            pair.fast.set(lane, 0.0);
        }
        std::apply([lane](auto&... each) { (each.restart(lane), ...); }, classes_);
    }

    // Events raise both exponentials alike, so a conductance changes only when they decay, at the end of the step.
    void begin_step(int index, Lane& lane) {
        const Sweep& sweep = lane.sweep;
        for (; lane.next_event < sweep.n_events && sweep.event_steps[lane.next_event] == lane.step; ++lane.next_event) {
            Pair<V>& pair = pairs_[sweep.event_slots[lane.next_event]];
            const double jump = sweep.event_jumps[lane.next_event];
            pair.slow.set(index, pair.slow[index] + jump);
            pair.fast.set(index, pair.fast[index] + jump);
        }
        for (std::int64_t i = 0; i < cell_.n_injected; ++i) {
            V& right = right_[cell_.injected[i]];
            right.set(index, right[index] + cell_.currents[i * cell_.n_steps + lane.step]);
        }
    }

    int finish_step(int index, Lane& lane) {
        ++lane.step;
        record(index, lane);
        if (lane.step < lane.sweep.n_steps) return 0;
        lane.status = ENDED;
        return 1;
    }

    void record(int index, const Lane& lane) {
        const Sweep& sweep = lane.sweep;
        for (std::int64_t i = 0; i < sweep.n_traces; ++i)
            sweep.out[i * (sweep.n_steps + 1) + lane.step] = potentials_[sweep.traces[i]][index];
    }

    // Gaussian elimination from the leaves to the root and back (Hines), for the change of the potentials.
    void solve() {
        for (std::int64_t n = cell_.n_nodes - 1; n > 0; --n) {
            const std::int64_t parent = parents_[n];
            const V coupling(cell_.couplings[n]);
            const V between = coupling * (potentials_[parent] - potentials_[n]);
            const V inverse = V(1.0) / diagonal_[n];
            const V slope = coupling * inverse;
            const V right = right_[n] + between;
            slope_[n] = slope;
            right_[n] = right * inverse;
            diagonal_[parent] = vfma(-slope, coupling, diagonal_[parent]);
            right_[parent] = vfma(slope, right, right_[parent] - between);
        }
        right_[0] = right_[0] / diagonal_[0];
        potentials_[0] += right_[0];
        for (std::int64_t n = 1; n < cell_.n_nodes; ++n) {
            right_[n] = vfma(slope_[n], right_[parents_[n]], right_[n]);
            potentials_[n] += right_[n];
        }
    }

    template <bool ADVANCING>
    void currents() {
        for (const std::int64_t n : bare_) {
            diagonal_[n] = V(axial_[n]);
            right_[n] = V(0.0);
        }
        const Equations<N_PAIRS, N_BLOCKED> equations{cell_, axial_.data(), diagonal_.data(), right_.data(), pairs_.data()};
        const V* potentials = potentials_.data();
        if constexpr (ADVANCING)
            std::apply([&](auto&... each) { (each.advance(potentials, dt_, equations), ...); }, classes_);
        else
            std::apply([&](auto&... each) { (each.begin(potentials, dt_, equations), ...); }, classes_);
    }

    const Cell cell_;
    V dt_;
    std::vector<std::int64_t> parents_, bare_;  // nodes; those without membrane
    std::vector<V> potentials_, diagonal_, right_, slope_;
    std::vector<double> axial_;
    std::vector<Pair<V>> pairs_;
    std::tuple<Compartments<Membranes, N_PAIRS, N_BLOCKED>...> classes_;
    bool fresh_ = true;
    Lane lanes_[LANES];
};

}  // namespace ascent
