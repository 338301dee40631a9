// Runs 8 lanes of one compartment, clamped to voltages or driven by currents, in packs of W lanes.
#pragma once

#include <vector>

namespace {

constexpr int LANES = 8;

template <int W>
void run(int n_steps, int clamped, double dt, double start, double celsius, double diameter, double area,
         const double* parameter, const double* initial, const double* drive, double* variables_out, double* rows) {
    using V = ascent::Pack<W>;
    using M = ascent::Membrane;
    for (int first = 0; first < LANES; first += W) {
        std::vector<V> parameters(parameter, parameter + M::n_parameters + 1), constants(M::n_constants + 1);
        std::vector<V> variables(initial, initial + M::n_variables + 1);
        M::prepare(parameters.data(), ascent::Surroundings<V>{V(celsius), V(diameter), V(area)}, constants.data());
        V v(start), i, g;
        M::initial(v, constants.data(), variables.data());
        const V capacity(1e-3 / dt);  // mA/cm2 for each mV, of 1 uF/cm2
        for (int step = 0; step < n_steps; ++step) {
            const V now = V::load(drive + step * LANES + first);
            M::current(v, constants.data(), variables.data(), i, g);
            v = clamped ? now : v + (now - i) / (capacity + g);
            M::advance(v, V(dt), constants.data(), variables.data());
            for (int k = 0; k < M::n_variables; ++k)
                variables[k].store(variables_out + (step * M::n_variables + k) * LANES + first);
            i.store(rows + step * LANES + first);
            g.store(rows + (n_steps + step) * LANES + first);
            v.store(rows + (2 * n_steps + step) * LANES + first);
        }
    }
}

}  // namespace

#define RUN(W)                                                                                                      \
    extern "C" void run_##W(int n_steps, int clamped, double dt, double start, double celsius, double diameter,     \
                            double area, const double* parameter, const double* initial, const double* drive,       \
                            double* variables_out, double* rows) {                                                  \
        run<W>(n_steps, clamped, dt, start, celsius, diameter, area, parameter, initial, drive, variables_out, rows); \
    }
RUN(1)
RUN(4)
#ifdef EIGHT_LANES
RUN(8)
#endif
