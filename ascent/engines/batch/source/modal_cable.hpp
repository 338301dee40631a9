// The double cable with everything between two nodes of Ranvier reduced to its modes, which is exact.
//
// Between nodes the cable is linear with constant coefficients: C x' + G x = inputs. With G S = C S diag(lambda) the
// modes do not influence each other, and each costs two multiplications in a step. What is left of the linear system
// is one unknown for each node, the potential inside; derivation and data in ascent/engines/batch/modes.py.
// A stretch between nodes has modes that see the sum of the potentials at its two nodes, and as many that see the
// difference. At the fiber's ends the passive node belongs to the stretch and its "node" is a place holder at 0.
#pragma once

#include <cstddef>
#include <vector>

#include "linear_solvers.hpp"

namespace ascent {

template <class V>
struct ModalCable {
    static constexpr int HALF = 11, MODES = 2 * HALF;
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
    // `port` brings the stimulus to the ports at once, `held` through the modes that it holds; `mode` is for its changes.
    struct Drive { V outside, port_sum, port_difference, held_sum, held_difference, mode[MODES]; };
    struct EndDrive { V port, held; };
    struct State { V mode[MODES], inside; };

    static constexpr int N_STRETCH = sizeof(Stretch) / sizeof(V), N_NODE = sizeof(Node) / sizeof(V);
    static constexpr int N_DRIVE = sizeof(Drive) / sizeof(V), N_END = sizeof(EndDrive) / sizeof(V), N_STATE = sizeof(State) / sizeof(V);

    ModalCable(int n_nodes, int)
        : coefficients(3 * N_STRETCH + std::size_t(n_nodes) * N_NODE), drive(2 * N_END + std::size_t(n_nodes) * N_DRIVE),
          state(std::size_t(n_nodes) * N_STATE), mixed_(V_WIDTH), stretches_(n_nodes), slope_(n_nodes), value_(n_nodes) {}

    // Lanes end at nodes of their own: the stretches in which some lane ends take that lane's coefficients from its
    // right end, the other lanes' from inside.
    void arrange(const std::int64_t* n_nodes) {
        shortest_ = n_nodes[0];
        for (int lane = 1; lane < V_WIDTH; ++lane) shortest_ = n_nodes[lane] < shortest_ ? n_nodes[lane] : shortest_;
        const Stretch* given = reinterpret_cast<const Stretch*>(coefficients.data());
        for (std::size_t j = 0; j < stretches_.size(); ++j) stretches_[j] = j == 0 ? given + 1 : given;
        for (int lane = 0; lane < V_WIDTH; ++lane) {
            const std::size_t last = std::size_t(n_nodes[lane] - 2);
            V* to = reinterpret_cast<V*>(&mixed_[lane]);
            for (int k = 0; k < N_STRETCH; ++k) {
                to[k] = coefficients[k];
                for (int other = 0; other < V_WIDTH; ++other)
                    if (n_nodes[other] == n_nodes[lane]) to[k].set(other, coefficients[2 * N_STRETCH + k][other]);
            }
            stretches_[last] = &mixed_[lane];
        }
    }

    template <class Visit>
    void solve(int n_nodes, const Applied<V>& stimulus, const Membranes<V>& nodes, Visit visit) {
        const V zero(0.0);
        const Node* all = reinterpret_cast<const Node*>(coefficients.data() + 3 * N_STRETCH);
        const Drive* outside = reinterpret_cast<const Drive*>(drive.data() + 2 * N_END);
        State* at = reinterpret_cast<State*>(state.data());
        const Stretch* given = reinterpret_cast<const Stretch*>(coefficients.data());
        const V now = stimulus.now, before = stimulus.before;
        const bool driven = any((before != zero) | (now != zero)), changing = any(stimulus.change != zero);
        V carried = zero, carried_value = zero, from_left = zero, self_right = zero;
        for (int n = 0; n < n_nodes; ++n) {
            V self_left = zero, cross = zero, from_right = zero, to_right = zero, next_self = zero;
            if (n + 1 < n_nodes) {
                const Stretch& s = *stretches_[n];
                const V sum = at[n].inside + at[n + 1].inside, difference = at[n].inside - at[n + 1].inside;
                V total = zero, odd = zero;
                if (driven) {
                    total = vfma(outside[n].held_sum, before, outside[n].port_sum * now);
                    odd = vfma(outside[n].held_difference, before, outside[n].port_difference * now);
                }
                if (&s != given)
                    relax<HALF, true>(s, at[n].mode, outside[n].mode, stimulus.change, sum, difference, total, odd);
                else if (changing)
                    relax<INNER, true>(s, at[n].mode, outside[n].mode, stimulus.change, sum, difference, total, odd);
                else
                    relax<INNER, false>(s, at[n].mode, outside[n].mode, stimulus.change, sum, difference, total, odd);
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
            carried = cross * slope_[n];
            carried_value = cross * value_[n];
            from_left = to_right;
            self_right = next_self;
        }
        V next = zero;
        for (int n = n_nodes - 1; n >= 0; --n) {
            next = vfma(slope_[n], next, value_[n]);
            at[n].inside = next;
            const V applied = driven ? outside[n].outside * now : zero;
            nodes.potential[n] = next + (all[inside(n)].rest - applied);
            if (n + 1 < n_nodes) {
                if (stretches_[n] != given) end_potential(n, stimulus, at, nodes);
                visit(n + 1);
            }
        }
        visit(0);
    }

    std::vector<V> coefficients, drive, state;

  private:
    static constexpr int V_WIDTH = V::width;

    // Where to read the coefficients of node n: those that are inside in every lane all have the same.
    int inside(int n) const { return n > 0 && n < shortest_ - 1 ? 1 : n; }

    // The modes of a stretch after a step, and the currents into its ports that come from them.
    template <int COUNT, bool CHANGING>
    static ASCENT_INLINE void relax(const Stretch& s, V* mode, const V* push, V change, V sum, V difference, V& total,
                                    V& odd) {
        for (int k = 0; k < COUNT; ++k) {
            const int other = HALF + k;
            const V even_mode = vfma(s.decay[k], mode[k], CHANGING ? vfma(push[k], change, sum) : sum);
            const V odd_mode = vfma(s.decay[other], mode[other], CHANGING ? vfma(push[other], change, difference) : difference);
            mode[k] = even_mode;
            mode[other] = odd_mode;
            total = vfma(s.weight[k], even_mode, total);
            odd = vfma(s.weight[other], odd_mode, odd);
        }
    }

    void end_potential(int n, const Applied<V>& stimulus, const State* at, const Membranes<V>& nodes) {
        const Stretch& s = *stretches_[n];
        const EndDrive& applied = reinterpret_cast<const EndDrive*>(drive.data())[n == 0 ? 0 : 1];
        V potential = vfma(applied.held, stimulus.before, vfma(applied.port, stimulus.now, s.end_constant));
        potential = vfma(s.end_sum, at[n].inside + at[n + 1].inside, potential);
        potential = vfma(s.end_difference, at[n].inside - at[n + 1].inside, potential);
        for (int k = 0; k < MODES; ++k) potential = vfma(s.end[k], at[n].mode[k], potential);
        V& out = nodes.potential[n == 0 ? 0 : n + 1];
        out = select(s.at_end > V(0.0), potential, out);
    }

    std::vector<Stretch> mixed_;
    std::vector<const Stretch*> stretches_;
    std::vector<V> slope_, value_;
    std::int64_t shortest_ = 0;
};

}  // namespace ascent
