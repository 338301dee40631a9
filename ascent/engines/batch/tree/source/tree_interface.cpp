// The plain C interface to branched cells of given classes of compartments, for ctypes. cell.hpp is generated: it
// defines ascent::CellSolver, a Tree of membranes that are generated from .mod files. Compiled in parts, so that several
// compilers can work at it: every part has some of the membranes, the first has the interface as well.
#include <new>

#include "cell.hpp"

#if ASCENT_PART == 0
namespace {

using Solver = ascent::CellSolver;

}  // namespace

extern "C" {

int ascent_lanes() { return ascent::LANES; }

void* ascent_tree_open(const ascent::Cell* cell) { return new (std::nothrow) Solver(*cell); }

void ascent_tree_close(void* tree) { delete static_cast<Solver*>(tree); }

void ascent_tree_assign(void* tree, int lane, const ascent::Sweep* sweep) { static_cast<Solver*>(tree)->assign(lane, *sweep); }

int ascent_tree_run(void* tree, std::int64_t max_steps) { return static_cast<Solver*>(tree)->run(max_steps); }

// The status of every lane.
void ascent_tree_statuses(void* tree, std::int64_t* out) {
    for (int index = 0; index < ascent::LANES; ++index) out[index] = static_cast<Solver*>(tree)->status(index);
}

}
#endif
