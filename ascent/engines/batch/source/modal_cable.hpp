// The double cable with everything between two nodes of Ranvier reduced to its modes, which is exact.
//
// Between nodes the cable is linear with constant coefficients: C x' + G x = inputs. With G S = C S diag(lambda) the
// modes do not influence each other, and each costs two multiplications in a step. What is left of the linear system
// is one unknown for each node, the potential inside; derivation in ascent/engines/batch/stretches.py.
// A stretch between nodes has modes that see the sum of the potentials at its two nodes, and as many that see the
// difference. At the fiber's ends the passive node belongs to the stretch and its "node" is a place holder at 0.
//
// Modes are visited once in BLOCK steps, since reading and writing them is what takes longest: what they will bring
// to the ports in the steps of a block, were nothing to happen to them, is summed up before it begins, and what happens
// within the block (a sum, a difference, a change of the stimulus) reaches the ports j steps later through the sum of
// weight * decay^j over the modes. All lanes begin and end their blocks together.
#pragma once

#include <cstddef>
#include <vector>

#include "linear_solvers.hpp"

namespace ascent {

template <class V>
struct ModalCable {
    static constexpr int HALF = 11, MODES = 2 * HALF;
    static constexpr int BLOCK = 4;
    static constexpr bool SECTIONS = false;

    // Modes of a stretch that has a node at either side; the two at a fiber's ends have one more of each parity.
    static constexpr int INNER = 10;

    // What a stretch is made of. `decay` is 1 / (1 + dt lambda); `weight` brings a mode to the ports as a current;
    // `end` gives the membrane potential of a passive end node, where `at_end` is not 0. A mode is kept divided by its
    // decay and less what it would come to under the stimulus of the step before if that stayed, which makes a step of
    // it one fused multiply-add where the stimulus does not change.
    struct Stretch {
        V decay[MODES], weight[MODES], end[MODES];
        V self_left, self_right, cross, left, right, end_sum, end_difference, end_constant, at_end;
    };
    struct Node { V capacitance, leak, leak_source, rest, active; };  // potentials inside count from `rest`
    // Values for the modes that see the sum, and for those that see the difference, by how many steps ago that was.
    struct Ports { V even[BLOCK], odd[BLOCK]; };
    // `port` brings the stimulus to the ports at once, `held` through the modes that it holds; where it changes,
    // `changed` does it within the block, and `mode` brings it to the modes.
    struct Drive { V outside, port_sum, port_difference, held_sum, held_difference; Ports changed; V mode[MODES]; };
    struct EndDrive { V port, held, changed[BLOCK]; };
    struct State { V mode[MODES], inside; };

    static constexpr int N_STRETCH = sizeof(Stretch) / sizeof(V), N_NODE = sizeof(Node) / sizeof(V);
    static constexpr int N_DRIVE = sizeof(Drive) / sizeof(V), N_END = sizeof(EndDrive) / sizeof(V);
    static constexpr int N_STATE = sizeof(State) / sizeof(V);

    ModalCable(int n_nodes, int)
        : coefficients(3 * N_STRETCH + std::size_t(n_nodes) * N_NODE), drive(2 * N_END + std::size_t(n_nodes) * N_DRIVE),
          state(std::size_t(n_nodes) * N_STATE), mixed_(V_WIDTH), responses_(2 + V_WIDTH), places_(n_nodes),
          blocks_(n_nodes), slope_(n_nodes), value_(n_nodes) {}

    // Lanes end at nodes of their own: the stretches in which some lane ends take that lane's coefficients from its
    // right end, the other lanes' from inside.
    void arrange(const std::int64_t* n_nodes) {
        shortest_ = n_nodes[0];
        for (int lane = 1; lane < V_WIDTH; ++lane) shortest_ = n_nodes[lane] < shortest_ ? n_nodes[lane] : shortest_;
        const Stretch* given = reinterpret_cast<const Stretch*>(coefficients.data());
        for (std::size_t j = 0; j < places_.size(); ++j) places_[j] = j == 0 ? place(given + 1, 1) : place(given, 0);
        for (int lane = 0; lane < V_WIDTH; ++lane) {
            const std::size_t last = std::size_t(n_nodes[lane] - 2);
            V* to = reinterpret_cast<V*>(&mixed_[lane]);
            for (int k = 0; k < N_STRETCH; ++k) {
                to[k] = coefficients[k];
                for (int other = 0; other < V_WIDTH; ++other)
                    if (n_nodes[other] == n_nodes[lane]) to[k].set(other, coefficients[2 * N_STRETCH + k][other]);
            }
            places_[last] = place(&mixed_[lane], 2 + lane);
        }
        respond(given[0], responses_[0]);
        respond(given[1], responses_[1]);
        for (int lane = 0; lane < V_WIDTH; ++lane) respond(mixed_[lane], responses_[2 + lane]);
    }

    // Begin a block: some lanes have another state than the last block left.
    void begin(int n_nodes) {
        phase_ = 0;
        for (int n = 0; n + 1 < n_nodes; ++n) {
            const Response& response = *places_[n].response;
            expect(response.mode, states()[n].mode, blocks_[n].expected.even, blocks_[n].expected.odd);
            if (!is_inner(n)) expect_end(response, states()[n].mode, blocks_[n]);
        }
    }

    void solve(int n_nodes, const Applied<V>& stimulus, const Membranes<V>& nodes) {
        const V zero(0.0);
        const bool changes = any(stimulus.change != zero);
        changed_ = changes || (changed_ && phase_ > 0);
        change_[phase_] = stimulus.change;
        const bool driven = any((stimulus.before != zero) | (stimulus.now != zero));
        switch (phase_) {
            case 0: eliminate<0>(n_nodes, stimulus, driven, nodes); break;
            case 1: eliminate<1>(n_nodes, stimulus, driven, nodes); break;
            case 2: eliminate<2>(n_nodes, stimulus, driven, nodes); break;
            default: eliminate<3>(n_nodes, stimulus, driven, nodes);
        }
        const Node* all = reinterpret_cast<const Node*>(coefficients.data() + 3 * N_STRETCH);
        V next = zero;
        for (int n = n_nodes - 1; n >= 0; --n) {
            next = vfma(slope_[n], next, value_[n]);
            states()[n].inside = next;
            const V applied = driven ? drives()[n].outside * stimulus.now : zero;
            nodes.potential[n] = next + (all[inside(n)].rest - applied);
            if (n + 1 < n_nodes && !is_inner(n)) end_potential(n, stimulus, nodes);
        }
        phase_ = (phase_ + 1) % BLOCK;
    }

    std::vector<V> coefficients, drive, state;

  private:
    static constexpr int V_WIDTH = V::width;
    static_assert(BLOCK == 4, "solve has a case for each step of a block");

    // How a stretch answers: what 1 mV of a sum or difference brings to the ports in its step and in those after it, and
    // what a mode brings to them in the steps of a block; the same for the potential of a passive end node.
    struct Response { Ports ports; V mode[MODES][BLOCK]; Ports end; V end_mode[MODES][BLOCK]; };
    struct Place { const Stretch* stretch; const Response* response; };
    // Of a stretch: what its modes bring to the ports and to an end node in each step, and the sums and differences
    // since the beginning.
    struct Block { Ports expected, seen; V end[BLOCK]; };

    Place place(const Stretch* stretch, int response) const { return {stretch, &responses_[response]}; }
    State* states() { return reinterpret_cast<State*>(state.data()); }
    const Drive* drives() const { return reinterpret_cast<const Drive*>(drive.data() + 2 * N_END); }

    // Whether the stretch after node n has a node at either side in all lanes.
    bool is_inner(int n) const { return places_[n].response == &responses_[0]; }

    // Where to read the coefficients of node n: those that are inside in every lane all have the same.
    int inside(int n) const { return n > 0 && n < shortest_ - 1 ? 1 : n; }

    static void respond(const Stretch& s, Response& response) {
        respond(s.weight, s.decay, response.ports, response.mode);
        respond(s.end, s.decay, response.end, response.end_mode);
    }

    static void respond(const V* weight, const V* decay, Ports& ports, V (*mode)[BLOCK]) {
        for (int j = 0; j < BLOCK; ++j) ports.even[j] = ports.odd[j] = V(0.0);
        for (int k = 0; k < MODES; ++k) {
            V* port = k < HALF ? ports.even : ports.odd;
            V part = weight[k];
            for (int j = 0; j < BLOCK; ++j) {
                port[j] = port[j] + part;
                part = part * decay[k];
                mode[k][j] = part;
            }
        }
    }

    static void expect(const V (*answer)[BLOCK], const V* mode, V* even, V* odd) {
        for (int j = 0; j < BLOCK; ++j) even[j] = odd[j] = V(0.0);
        for (int k = 0; k < HALF; ++k)
            for (int j = 0; j < BLOCK; ++j) {
                even[j] = vfma(answer[k][j], mode[k], even[j]);
                odd[j] = vfma(answer[HALF + k][j], mode[HALF + k], odd[j]);
            }
    }

    static void expect_end(const Response& response, const V* mode, Block& block) {
        V odd[BLOCK];
        expect(response.end_mode, mode, block.end, odd);
        for (int j = 0; j < BLOCK; ++j) block.end[j] = block.end[j] + odd[j];
    }

    // The modes of one parity at the end of a block, and what the next one can expect of them.
    template <int COUNT, bool CHANGED>
    ASCENT_INLINE void relax(const V* decay, const V (*answer)[BLOCK], const V* push, V* mode, const V* seen,
                             V* expected) const {
        V input[BLOCK], sums[BLOCK];
        for (int j = 0; j < BLOCK; ++j) {
            input[j] = seen[j];
            sums[j] = V(0.0);
        }
        for (int k = 0; k < COUNT; ++k) {
            V x = mode[k];
            for (int j = 0; j < BLOCK; ++j) x = vfma(decay[k], x, CHANGED ? vfma(push[k], change_[j], input[j]) : input[j]);
            mode[k] = x;
            for (int j = 0; j < BLOCK; ++j) sums[j] = vfma(answer[k][j], x, sums[j]);
        }
        for (int j = 0; j < BLOCK; ++j) expected[j] = sums[j];
    }

    template <int COUNT, bool CHANGED>
    ASCENT_INLINE void end_block(const Place& place, const V* push, V* mode, Block& block) const {
        const V* decay = place.stretch->decay;
        const V(*answer)[BLOCK] = place.response->mode;
        relax<COUNT, CHANGED>(decay, answer, push, mode, block.seen.even, block.expected.even);
        relax<COUNT, CHANGED>(decay + HALF, answer + HALF, push + HALF, mode + HALF, block.seen.odd, block.expected.odd);
    }

    // From the first node to the last: what a node's potential is, given the next one's. PHASE is the step in the block.
    template <int PHASE>
    void eliminate(int n_nodes, const Applied<V>& stimulus, bool driven, const Membranes<V>& nodes) {
        const V zero(0.0), now = stimulus.now, before = stimulus.before;
        const Node* all = reinterpret_cast<const Node*>(coefficients.data() + 3 * N_STRETCH);
        const Drive* outside = drives();
        State* at = states();
        V carried = zero, carried_value = zero, from_left = zero, self_right = zero;
        for (int n = 0; n < n_nodes; ++n) {
            V self_left = zero, cross = zero, from_right = zero, to_right = zero, next_self = zero;
            if (n + 1 < n_nodes) {
                const Stretch& s = *places_[n].stretch;
                const Ports& response = places_[n].response->ports;
                Block& block = blocks_[n];
                block.seen.even[PHASE] = at[n].inside + at[n + 1].inside;
                block.seen.odd[PHASE] = at[n].inside - at[n + 1].inside;
                V total = block.expected.even[PHASE], odd = block.expected.odd[PHASE];
                for (int j = 0; j <= PHASE; ++j) {
                    total = vfma(response.even[PHASE - j], block.seen.even[j], total);
                    odd = vfma(response.odd[PHASE - j], block.seen.odd[j], odd);
                }
                if (driven) {
                    total = vfma(outside[n].held_sum, before, vfma(outside[n].port_sum, now, total));
                    odd = vfma(outside[n].held_difference, before, vfma(outside[n].port_difference, now, odd));
                }
                if (changed_)
                    for (int j = 0; j <= PHASE; ++j) {
                        total = vfma(outside[n].changed.even[PHASE - j], change_[j], total);
                        odd = vfma(outside[n].changed.odd[PHASE - j], change_[j], odd);
                    }
                if (PHASE == BLOCK - 1) {
                    if (!is_inner(n))
                        end_block<HALF, true>(places_[n], outside[n].mode, at[n].mode, block);
                    else if (changed_)
                        end_block<INNER, true>(places_[n], outside[n].mode, at[n].mode, block);
                    else
                        end_block<INNER, false>(places_[n], outside[n].mode, at[n].mode, block);
                }
                from_right = total + odd + s.left;
                to_right = total - odd + s.right;
                self_left = s.self_left;
                next_self = s.self_right;
                cross = s.cross;
            }
            const Node& node = all[inside(n)];
            const V conductance = node.capacitance + node.leak + nodes.conductance[n];
            const V diagonal = conductance + self_right + self_left - carried;
            V value = vfma(node.capacitance, nodes.potential[n], node.leak_source + nodes.source[n]);
            if (nodes.injected) value = value + nodes.injected[n];
            const V applied = driven ? outside[n].outside * now : zero;
            value = value + vfma(conductance, applied - node.rest, from_left + from_right);
            const V inverse = node.active / diagonal;
            slope_[n] = cross * inverse;
            value_[n] = (value + carried_value) * inverse;
            carried = (cross * cross) * inverse;  // the next division waits for it
            carried_value = cross * value_[n];
            from_left = to_right;
            self_right = next_self;
        }
    }

    // Of a passive end node.
    void end_potential(int n, const Applied<V>& stimulus, const Membranes<V>& nodes) {
        const Stretch& s = *places_[n].stretch;
        const Response& response = *places_[n].response;
        Block& block = blocks_[n];
        const EndDrive& applied = reinterpret_cast<const EndDrive*>(drive.data())[n == 0 ? 0 : 1];
        V potential = vfma(applied.held, stimulus.before, vfma(applied.port, stimulus.now, s.end_constant));
        potential = vfma(s.end_sum, states()[n].inside + states()[n + 1].inside, potential);
        potential = vfma(s.end_difference, states()[n].inside - states()[n + 1].inside, potential);
        potential = potential + block.end[phase_];
        for (int j = 0; j <= phase_; ++j) {
            potential = vfma(response.end.even[phase_ - j], block.seen.even[j], potential);
            potential = vfma(response.end.odd[phase_ - j], block.seen.odd[j], potential);
            potential = vfma(applied.changed[phase_ - j], change_[j], potential);
        }
        if (phase_ == BLOCK - 1) expect_end(response, states()[n].mode, block);
        V& out = nodes.potential[n == 0 ? 0 : n + 1];
        out = select(s.at_end > V(0.0), potential, out);
    }

    std::vector<Stretch> mixed_;
    std::vector<Response> responses_;  // of the stretches inside, of those at the left end, of `mixed_`
    std::vector<Place> places_;
    std::vector<Block> blocks_;
    std::vector<V> slope_, value_;
    V change_[BLOCK] = {};
    std::int64_t shortest_ = 0;
    int phase_ = 0;         // the step within the block
    bool changed_ = false;  // whether some lane's stimulus has changed in this block
};

}  // namespace ascent
