// A batch: as many runs at a time as there are lanes, each a cable with its own stimulus, amplitude and end.
//
// The order of operations in a step is that of NEURON's fixed-step method (secondorder = 0): potential outside for
// this step, currents and conductances from the old voltages and gates, implicit Euler for the voltages, gates with
// the new voltages. Lanes never exchange values, so a run's bits do not depend on its companions.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include <immintrin.h>

#include "float_rate_tables.hpp"
#include "kernel_interface.hpp"
#include "modal_cable.hpp"
#include "twin.hpp"
#include "rate_tables.hpp"

namespace ascent {

constexpr int LANES = ASCENT_LANES;

// One run, filled in by Python (ascent/engines/batch/library.py has the same fields in the same order). Arrays are
// as long as the batch's capacity asks for and stay alive as long as the run does.
struct Job {
    std::int64_t n_nodes;
    const double* coefficients;  // of the linear solver
    const double* areas;         // n_nodes: µm2 * 1e-2 of membrane with channels, 0 without
    const double* parameters;    // of the membrane
    double celsius, diameter, area;  // degC, µm, µm2 of a section with channels
    const double* drive;         // of the linear solver, for 1 mA
    const double* start;         // state at first_step: linear solver's, then voltages, then variables
    double* finish;              // the same at the end, unless null; of solvers whose blocks are single steps
    const double* waveform;      // n_steps
    const double* current;       // n_steps, nA into clamp_node; or null
    std::int64_t clamp_node, first_step, n_steps;
    double amplitude;
    std::int64_t detect_node;
    double threshold;            // mV
    std::int64_t stop_when_fired, not_before;  // a spike in a step after not_before settles the verdict
    std::int64_t stop_at_rest, calm_from, check_interval, hold;  // steps
    const double *rest, *band;   // of voltages and variables
    std::int64_t n_traces, n_profiles, n_profile;
    const std::int64_t *traces, *profile_steps, *profile;  // indices into voltages and variables; steps, ascending
    double *trace_out, *profile_out;  // (n_steps + 1, n_traces); (n_profiles, n_profile)
    std::int64_t n_outflows;          // sections whose net current is kept, and where: (n_steps + 1, n_outflows) nA
    const std::int64_t* outflows;
    double* outflow_out;
    const double* weights;            // of all sections' net currents in the signal; or null
    double* signal_out;               // n_steps + 1
    // A search: amplitudes by place, and the places where it goes on when a run did not work and when it did; 0 where
    // that must be asked for. Or null. Python adds to them while runs are at work.
    const double* amplitudes;
    const std::int64_t* after;
    std::int64_t place;
    std::int64_t last_step;  // a run works when no spike comes later than in this step; when -1, if there is a spike
};

enum Status : std::int64_t { IDLE, RUNNING, ENDED, FIRED, AT_REST };

struct Lane {
    Job job{};
    Status status = IDLE;
    std::int64_t step = 0, calm = 0, count = 0, last_spike = -1, next_profile = 0;
    double before = 0.0, earlier = 0.0;  // stimulus in the last step, and in the one before it
    std::int64_t runs_before = 0, steps_before = 0;  // of its search
    bool again = false;  // whether its search goes on with the next block
    bool begun = true;  // whether what depends on all lanes has been recorded for the first step
    std::vector<std::int64_t> spikes;  // node, step; node, step; …
};

template <class Linear, class Membrane>
class Batch {
  public:
    using V = ASCENT_PACK<LANES>;
    using Wide = Pack<LANES>;  // what constants of a run are worked out in
    static constexpr bool IS_WIDE = std::is_same<V, Wide>::value;
    using Tables = std::conditional_t<IS_WIDE, RateTables<LANES, Membrane>, FloatRateTables<LANES, Membrane>>;
    static constexpr int N_VARIABLES = Membrane::n_variables;
    // ms; batches of longer steps (settling) take few, and gates then jump too far for a table
    static constexpr double TABULATED_BELOW = 0.1;

    // Whether to take two nodes at a time: more than a few gates fill the registers by themselves.
    static constexpr bool PAIRED = Membrane::n_gates > 0 && Membrane::n_gates <= 4;

    Batch(int capacity, int sections_per_node, double dt)
        : capacity_(capacity), dt_(dt), linear_(capacity, sections_per_node), values_(capacity * (1 + N_VARIABLES)),
          areas_(capacity), conductance_(capacity), source_(capacity), injected_(capacity),
          constants_(Membrane::n_constants), parameters_(Membrane::n_parameters),
          wide_constants_(Membrane::n_constants), firing_(capacity), tables_(dt), tabulated_(dt < TABULATED_BELOW) {
        if (Linear::SECTIONS) {
            outflow_.resize(linear_.drive.size());
            weights_.resize(linear_.drive.size());
        }
    }

    std::int64_t size(int what) const {
        switch (what) {
            case 0: return std::int64_t(linear_.coefficients.size());
            case 1: return std::int64_t(linear_.drive.size());
            case 2: return std::int64_t(linear_.state.size());
            default: return std::int64_t(values_.size());
        }
    }

    void assign(int index, const Job& job) {
        Lane& lane = lanes_[index];
        if (!used_)  // lanes that never get a job still compute: something harmless
            for (int other = 0; other < LANES; ++other) load(other, job);
        used_ = true;
        load(index, job);
        lane.runs_before = lane.steps_before = 0;
        lane.begun = false;
        start(index, lane);
        record(index, lane);
    }

    // Advance until a run has ended whose search, if it has one, does not go on by itself, or max_steps are done, and on
    // to the end of a block; the lanes whose runs have ended, one bit each.
    unsigned run(std::int64_t max_steps) {
        const unsigned modes = _mm_getcsr();
        _mm_setcsr(modes | 0x8040u);  // no denormals: they are far below rounding and slow
        unsigned ended = 0;
        for (std::int64_t done = 0; done < max_steps && ended == 0; done += Linear::BLOCK) {
            if (fresh_) refresh();
            if (n_nodes_ == 0) break;
            for (int step = 0; step < Linear::BLOCK; ++step) {
                advance();
                for (int index = 0; index < LANES; ++index)
                    if (lanes_[index].status == RUNNING) ended |= finish_step(index, lanes_[index]) << index;
            }
            for (int index = 0; index < LANES; ++index)
                if (lanes_[index].again) start(index, lanes_[index]);
        }
        _mm_setcsr(modes);
        return ended;
    }

    Lane& lane(int index) { return lanes_[index]; }

  private:
    template <class P>
    static void load(std::vector<P>& packs, int index, const double* values) {
        for (std::size_t i = 0; i < packs.size(); ++i) packs[i].set(index, values[i]);
    }

    void load(int index, const Job& job) {
        const Job& old = lanes_[index].job;
        if (old.coefficients != job.coefficients) load(linear_.coefficients, index, job.coefficients);
        // runs of the same fiber follow each other, and only the first brings new coefficients
        rearrange_ = rearrange_ || old.coefficients != job.coefficients || old.n_nodes != job.n_nodes ||
                     old.areas != job.areas || old.parameters != job.parameters || old.celsius != job.celsius ||
                     old.diameter != job.diameter || old.area != job.area;
        if (old.drive != job.drive) load(linear_.drive, index, job.drive);
        if (old.areas != job.areas) load(areas_, index, job.areas);
        if (old.parameters != job.parameters) load(parameters_, index, job.parameters);
        surroundings_.celsius.set(index, job.celsius);
        surroundings_.diam.set(index, job.diameter);
        surroundings_.area.set(index, job.area);
        if (job.weights) load(weights_, index, job.weights);
        lanes_[index].job = job;
        load_start(index);
    }

    void load_start(int index) {
        const double* start = lanes_[index].job.start;
        load(linear_.state, index, start);
        load(values_, index, start + linear_.state.size());
        for (V& value : injected_) value.set(index, 0.0);
    }

    // Begin a lane's job, the state being there.
    void start(int index, Lane& lane) {
        if (lane.again) load_start(index);
        lane.again = false;
        lane.status = RUNNING;
        lane.step = lane.job.first_step;
        lane.before = lane.earlier = 0.0;  // runs begin before their stimulus does
        lane.calm = lane.count = lane.next_profile = 0;
        lane.last_spike = -1;
        lane.spikes.clear();
        threshold_.set(index, lane.job.threshold);
        for (unsigned& firing : firing_) firing &= ~(1u << index);
        fresh_ = true;
    }

    // Whether a lane's search goes on without asking, and with what.
    static bool goes_on(Lane& lane) {
        Job& job = lane.job;
        if (!job.amplitudes) return false;
        const bool works = job.last_step < 0 ? lane.count > 0 : lane.last_spike <= job.last_step;
        const std::int64_t next = __atomic_load_n(job.after + 2 * job.place + works, __ATOMIC_ACQUIRE);
        if (next == 0) return false;
        ++lane.runs_before;
        lane.steps_before += lane.step;
        job.place = next;
        job.amplitude = job.amplitudes[next];
        return lane.again = true;
    }

    void refresh() {
        n_nodes_ = 0;
        clamped_ = measured_ = false;
        V before(0.0);
        std::int64_t n_nodes[LANES];
        for (int index = 0; index < LANES; ++index) {
            n_nodes[index] = lanes_[index].job.n_nodes;
            if (lanes_[index].status != RUNNING) continue;
            if (n_nodes[index] > n_nodes_) n_nodes_ = int(n_nodes[index]);
            clamped_ = clamped_ || lanes_[index].job.current;
            measured_ = measured_ || lanes_[index].job.n_outflows || lanes_[index].job.weights;
            before.set(index, lanes_[index].before);
        }
        if (rearrange_) {
            linear_.arrange(n_nodes);
            Membrane::template prepare<Wide>(parameters_.data(), surroundings_, wide_constants_.data());
            for (std::size_t i = 0; i < constants_.size(); ++i)
                for (int lane = 0; lane < LANES; ++lane) constants_[i].set(lane, wide_constants_[i][lane]);
            if (tabulated_) tables_.arrange(wide_constants_.data());
            rearrange_ = false;
        }
        linear_.begin(n_nodes_);
        alike_ = 1;
        while (alike_ < n_nodes_ && !any(areas_[1] != areas_[alike_])) ++alike_;
        for (int node = 0; node < n_nodes_; ++node) currents(node);
        if (measured_) measure(before);
        for (Lane& lane : lanes_) {
            if (!lane.begun && lane.status == RUNNING) record_outflow(int(&lane - lanes_), lane);
            lane.begun = true;
        }
        fresh_ = false;
    }

    ASCENT_INLINE void currents(int node) {
        V current, conductance;
        const V v = values_[node];
        Membrane::template current<V>(v, constants_.data(), variables(node), current, conductance);
        const V area = areas_[place_of_area(node)];
        conductance_[node] = area * conductance;
        source_[node] = area * vfma(conductance, v, -current);
    }

    int place_of_area(int node) const { return node > 0 && node < alike_ ? 1 : node; }

    V* variables(int node) { return values_.data() + capacity_ + std::size_t(node) * N_VARIABLES; }

    void advance() {
        Applied<V> stimulus{V(0.0), V(0.0), V(0.0)};
        for (int index = 0; index < LANES; ++index) {
            Lane& lane = lanes_[index];
            if (lane.status != RUNNING) continue;
            stimulus.before.set(index, lane.before);
            stimulus.change.set(index, lane.before - lane.earlier);
            lane.earlier = lane.before;
            lane.before = lane.job.amplitude * lane.job.waveform[lane.step];
            stimulus.now.set(index, lane.before);
            if (lane.job.current) injected_[lane.job.clamp_node].set(index, lane.job.current[lane.step]);
        }
        const Membranes<V> nodes = membranes();
        linear_.solve(n_nodes_, stimulus, nodes);
        int node = 0;
        if (tabulated_) {
            for (; PAIRED && node + 1 < n_nodes_; node += 2) relax_two(node);
            for (; node < n_nodes_; ++node) relax(node);
        } else {
            for (; node < n_nodes_; ++node) {
                Membrane::template advance<V>(values_[node], dt_, constants_.data(), variables(node));
                currents(node);
            }
        }
        for (node = 0; node < n_nodes_; ++node) {
            const unsigned above = lanes_of(values_[node] >= threshold_);
            if (above != firing_[node]) crossed(node, above, above & ~firing_[node]);
        }
        if (measured_) measure(stimulus.now);
    }

    Membranes<V> membranes() {
        return {conductance_.data(), source_.data(), clamped_ ? injected_.data() : nullptr, values_.data()};
    }

    // Net currents of all sections, and the signals that they make.
    void measure(V now) {
        if constexpr (Linear::SECTIONS) {
            linear_.outflow(n_nodes_, now, membranes(), outflow_.data());
            const std::size_t n_sections = linear_.sections(n_nodes_);
            signal_ = V(0.0);
            for (std::size_t i = 0; i < n_sections; ++i) signal_ = vfma(weights_[i], outflow_[i], signal_);
        }
    }

    // Membrane::advance, with the rates of the gates from tables; then the currents of the next step.
    ASCENT_INLINE void relax(int node) {
        const V v = values_[node];
        Membrane::template advance_rest<V>(v, dt_, constants_.data(), variables(node));
        if constexpr (Membrane::n_gates > 0) {
            V gains[Membrane::n_gates], losses[Membrane::n_gates];
            tables_.look_up(v, constants_.data(), gains, losses);
            Membrane::template advance_gates<V>(gains, losses, variables(node));
        }
        currents(node);
    }

    // The same for two nodes side by side.
    ASCENT_INLINE void relax_two(int node) {
        using Two = Twin<V>;
        constexpr int n_gates = Membrane::n_gates, n_all = N_VARIABLES > 0 ? N_VARIABLES : 1;
        V *first = variables(node), *second = variables(node + 1);
        Two state[n_all];
        for (int k = 0; k < N_VARIABLES; ++k) state[k] = Two(first[k], second[k]);
        const Two v(values_[node], values_[node + 1]);
        Membrane::template advance_rest<Two>(v, Two(dt_), constants_.data(), state);
        if constexpr (n_gates > 0) {
            V gains[2][n_gates], losses[2][n_gates];
            Two gain[n_gates], loss[n_gates];
            tables_.look_up(v.first, constants_.data(), gains[0], losses[0]);
            tables_.look_up(v.second, constants_.data(), gains[1], losses[1]);
            for (int k = 0; k < n_gates; ++k) {
                gain[k] = Two(gains[0][k], gains[1][k]);
                loss[k] = Two(losses[0][k], losses[1][k]);
            }
            Membrane::template advance_gates<Two>(gain, loss, state);
        }
        Two current, conductance;
        Membrane::template current<Two>(v, constants_.data(), state, current, conductance);
        for (int k = 0; k < N_VARIABLES; ++k) {
            first[k] = state[k].first;
            second[k] = state[k].second;
        }
        const Two area(areas_[place_of_area(node)], areas_[place_of_area(node + 1)]);
        const Two source = area * vfma(conductance, v, -current);
        conductance = area * conductance;
        conductance_[node] = conductance.first;
        conductance_[node + 1] = conductance.second;
        source_[node] = source.first;
        source_[node + 1] = source.second;
    }

    void crossed(int node, unsigned above, unsigned risen) {
        firing_[node] = above;
        for (int index = 0; index < LANES; ++index) {
            Lane& lane = lanes_[index];
            if (!(risen >> index & 1) || lane.status != RUNNING || node >= lane.job.n_nodes) continue;
            lane.spikes.push_back(node);
            lane.spikes.push_back(lane.step + 1);
            if (node != lane.job.detect_node) continue;
            ++lane.count;
            lane.last_spike = lane.step + 1;
        }
    }

    // Whether the run has ended.
    unsigned finish_step(int index, Lane& lane) {
        const Job& job = lane.job;
        ++lane.step;
        if (job.n_traces || job.n_profiles) record(index, lane);
        if (measured_) record_outflow(index, lane);
        if (job.stop_when_fired && lane.count && lane.last_spike > job.not_before) return end(index, lane, FIRED);
        if (job.stop_at_rest && lane.step >= job.calm_from && (lane.step - job.first_step) % job.check_interval == 0) {
            lane.calm = is_calm(index, job) ? lane.calm + job.check_interval : 0;
            if (lane.calm >= job.hold) return end(index, lane, AT_REST);
        }
        return lane.step == job.n_steps ? end(index, lane, ENDED) : 0;
    }

    bool is_calm(int index, const Job& job) const {
        for (std::size_t i = 0; i < values_.size(); ++i)
            if (!(__builtin_fabs(values_[i][index] - job.rest[i]) <= job.band[i])) return false;
        return true;
    }

    unsigned end(int index, Lane& lane, Status status) {
        lane.status = status;
        fresh_ = true;
        if (lane.job.finish && Linear::BLOCK == 1) {
            double* out = lane.job.finish;
            for (const V& value : linear_.state) *out++ = value[index];
            for (const V& value : values_) *out++ = value[index];
        }
        return goes_on(lane) ? 0 : 1;
    }

    void record(int index, Lane& lane) {
        const Job& job = lane.job;
        for (std::int64_t i = 0; i < job.n_traces; ++i)
            job.trace_out[lane.step * job.n_traces + i] = values_[job.traces[i]][index];
        while (lane.next_profile < job.n_profiles && job.profile_steps[lane.next_profile] == lane.step) {
            double* out = job.profile_out + lane.next_profile * job.n_profile;
            for (std::int64_t i = 0; i < job.n_profile; ++i) out[i] = values_[job.profile[i]][index];
            ++lane.next_profile;
        }
    }

    void record_outflow(int index, Lane& lane) {
        const Job& job = lane.job;
        for (std::int64_t i = 0; i < job.n_outflows; ++i)
            job.outflow_out[lane.step * job.n_outflows + i] = outflow_[job.outflows[i]][index];
        if (job.weights) job.signal_out[lane.step] = signal_[index];
    }

    int capacity_, n_nodes_ = 0;
    int alike_ = 1;  // nodes from the second to before this one have the same area
    V dt_;
    bool fresh_ = true, rearrange_ = true, used_ = false, clamped_ = false;
    bool measured_ = false;  // whether some lane keeps net currents or a signal
    Linear linear_;
    std::vector<V> values_;  // voltages of the nodes, then the membrane's variables node by node
    std::vector<V> areas_, conductance_, source_, injected_, constants_;
    std::vector<Wide> parameters_, wide_constants_;
    std::vector<unsigned> firing_;  // which lanes are above the threshold, for each node
    std::vector<V> outflow_, weights_;  // section by section
    V threshold_{}, signal_{};
    Surroundings<Wide> surroundings_{};
    Tables tables_;
    bool tabulated_;
    Lane lanes_[LANES];
};

}  // namespace ascent
