// The plain C interface to batches of one membrane, for ctypes. membrane.hpp is generated from .mod files.
#include <new>

#include "float_pack.hpp"
#include "membrane.hpp"

#include "batch.hpp"

namespace {

using Solver = ascent::Batch<ascent::ASCENT_CABLE<ascent::ASCENT_PACK<ascent::LANES>>, ascent::Membrane>;

}  // namespace

extern "C" {

int ascent_lanes() { return ascent::LANES; }

void* ascent_open(int capacity, int sections_per_node, double dt) {
    return new (std::nothrow) Solver(capacity, sections_per_node, dt);
}

void ascent_close(void* batch) { delete static_cast<Solver*>(batch); }

std::int64_t ascent_size(void* batch, int what) { return static_cast<Solver*>(batch)->size(what); }

void ascent_assign(void* batch, int lane, const ascent::Job* job) { static_cast<Solver*>(batch)->assign(lane, *job); }

// What ascent::Batch::run gives; of each lane whose run has ended the report says how: status, step, spikes at the
// detection node, step of the last of them; the place in its search, the runs before and their steps; where all spikes
// are, and how many bytes they take.
unsigned ascent_run(void* batch, std::int64_t max_steps, std::int64_t* report) {
    Solver& solver = *static_cast<Solver*>(batch);
    const unsigned ended = solver.run(max_steps);
    for (int index = 0; index < ascent::LANES; ++index) {
        if (!(ended >> index & 1)) continue;
        const ascent::Lane& lane = solver.lane(index);
        const std::int64_t said[] = {lane.status, lane.step, lane.count, lane.last_spike, lane.job.place,
                                     lane.runs_before, lane.steps_before, std::int64_t(lane.spikes.data()),
                                     std::int64_t(lane.spikes.size() * sizeof lane.spikes[0])};
        std::memcpy(report + index * (sizeof said / sizeof said[0]), said, sizeof said);
    }
    return ended;
}

// Initial variables at v, ion currents there included; they come in with what only the user sets.
void ascent_initial(const double* parameters, double celsius, double diameter, double area, double v, double* variables) {
    using V = ascent::Pack<1>;
    using ascent::Membrane;
    V given[Membrane::n_parameters + 1], constants[Membrane::n_constants + 1], values[Membrane::n_variables + 1];
    for (int i = 0; i < Membrane::n_parameters; ++i) given[i] = V(parameters[i]);
    for (int i = 0; i < Membrane::n_variables; ++i) values[i] = V(variables[i]);
    Membrane::prepare<V>(given, {V(celsius), V(diameter), V(area)}, constants);
    Membrane::initial<V>(V(v), constants, values);
    V i, g;
    Membrane::current<V>(V(v), constants, values, i, g);
    for (int k = 0; k < Membrane::n_variables; ++k) variables[k] = values[k][0];
}

}
