// Rates of gates as tables over the membrane potential.
//
// A gate whose rates depend on v only goes in a step of dt from x to x + gain(v) - loss(v) x. Both are cubics in each
// row of a quarter of a mV (or as the user of the class says), through Chebyshev's points; a row where a cubic is not
// as good as the kernel itself (a rate with a jump, say) is marked, and there, as outside the table, the kernel
// computes. A row holds the coefficients of four gates side by side, so that a lane reads them as whole vectors; the
// lanes' vectors are then turned into packs.
// Every lane may have a table of its own, and its bits do not depend on the others.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "kernel_interface.hpp"

namespace ascent {

template <int W, class Membrane, int ROWS_PER_MILLIVOLT = 4>
class RateTables {
  public:
    using V = Pack<W>;
    static constexpr int N_GATES = Membrane::n_gates;
    static constexpr int GROUPS = (N_GATES + 3) / 4;
    static constexpr int FUNCTIONS = 8;               // gains, then losses, of four gates
    static constexpr int ROW = GROUPS * 4 * FUNCTIONS;  // [group][order][function]

    explicit RateTables(double dt) : dt_(dt) {}

    // Give every lane the table for its constants: packs, or doubles that all lanes share.
    template <class C>
    void arrange(const C* constants) {
        if constexpr (N_GATES > 0) {
            for (int lane = 0; lane < W; ++lane) {
                std::vector<double> key{dt_};
                for (int i = 0; i < Membrane::n_rate_constants; ++i) key.push_back(of_lane(constants[Membrane::rate_constants[i]], lane));
                auto& table = tables_[key];
                if (!table) table = shared(key, constants, lane);
                table_[lane] = table.get();
            }
        }
    }

    // Gains and losses at v; `constants` are those that `arrange` was given.
    template <class C>
    ASCENT_INLINE void look_up(V v, const C* constants, V* gains, V* losses) const {
        const V place = vmin(V(N_ROWS - 1.0), vmax(V(0.0), vfma(v, V(ROWS_PER_MV), V(-V_MIN * ROWS_PER_MV - 0.5))));
        const V shifted = place + V(ROUNDING);
        const V along = vfma(v, V(ROWS_PER_MV), V(-V_MIN * ROWS_PER_MV - 0.5)) - (shifted - V(ROUNDING));
        alignas(64) double s[W];
        alignas(64) std::int64_t index[W];
        along.store(s);
        const typename V::Integers rows = (typename V::Integers)shifted.x & 0xffffffff;
        std::memcpy(index, &rows, sizeof index);
        V found[FUNCTIONS];
        for (int group = 0; group < GROUPS; ++group) {
            read(group, s, index, found);
            for (int gate = 0; gate < 4 && 4 * group + gate < N_GATES; ++gate) {
                gains[4 * group + gate] = found[gate];
                losses[4 * group + gate] = found[4 + gate];
            }
        }
        // outside the table, in a marked row, or at a v that is no number
        const auto bad = !(vfabs(along) <= V(0.75)) | (gains[0] != gains[0]);
        if (__builtin_expect(any(bad), 0)) {
            V direct_gains[N_GATES + 1], direct_losses[N_GATES + 1];
            direct(v, V(dt_), constants, direct_gains, direct_losses);
            for (int gate = 0; gate < N_GATES; ++gate) {
                gains[gate] = select(bad, direct_gains[gate], gains[gate]);
                losses[gate] = select(bad, direct_losses[gate], losses[gate]);
            }
        }
    }

    // What the kernel computes; a function of its own, since it is long, and rarely called.
    template <class C>
    static __attribute__((noinline)) void direct(V v, V dt, const C* constants, V* gains, V* losses) {
        Membrane::template rates<V>(v, dt, constants, gains, losses);
    }

  protected:
    static constexpr double V_MIN = -200.0, ROWS_PER_MV = ROWS_PER_MILLIVOLT;
    static constexpr int N_ROWS = 400 * ROWS_PER_MILLIVOLT;
    // A cubic may differ from the kernel by this much of a loss, or by this much in all.
    static constexpr double RELATIVE = 1e-7, ABSOLUTE = 1e-13;
    static constexpr std::size_t MOST_KEPT = 32;  // some MB

    struct alignas(64) Table {
        double rows[N_ROWS][ROW > 0 ? ROW : 1];
    };

#if defined(__AVX512F__) && defined(__AVX512DQ__)
    static constexpr int CHUNK = 8;
#else
    static constexpr int CHUNK = W < 4 ? W : 4;
#endif

    ASCENT_INLINE void read(int group, const double* s, const std::int64_t* index, V* found) const {
        using F = Pack<CHUNK>;
        if constexpr (W == CHUNK && (W == 4 || W == 8)) {
            constexpr int PARTS = FUNCTIONS / CHUNK;
            for (int part = 0; part < PARTS; ++part) {
                F of_lane[W];
                for (int lane = 0; lane < W; ++lane)
                    of_lane[lane] = cubic<F>(table_[lane]->rows[index[lane]] + group * 4 * FUNCTIONS + part * CHUNK, s[lane]);
                transpose(of_lane, found + part * CHUNK);
            }
        } else {
            for (int lane = 0; lane < W; ++lane) {
                const double* row = table_[lane]->rows[index[lane]] + group * 4 * FUNCTIONS;
                for (int k = 0; k < FUNCTIONS; ++k) found[k].set(lane, cubic<Pack<1>>(row + k, s[lane])[0]);
            }
        }
    }

    template <class F>
    static ASCENT_INLINE F cubic(const double* c, double at) {
        const F s(at);
        return vfma(vfma(vfma(F::load(c + 3 * FUNCTIONS), s, F::load(c + 2 * FUNCTIONS)), s, F::load(c + FUNCTIONS)), s, F::load(c));
    }

    // W packs, one a lane, of W functions -> W packs, one a function, of W lanes.
    static ASCENT_INLINE void transpose(const Pack<8>* from, Pack<8>* to) {
        using I = typename Pack<8>::Integers;
        typename Pack<8>::Doubles a[8], b[8];
        for (int i = 0; i < 8; i += 2) {
            a[i] = __builtin_shuffle(from[i].x, from[i + 1].x, I{0, 8, 2, 10, 4, 12, 6, 14});
            a[i + 1] = __builtin_shuffle(from[i].x, from[i + 1].x, I{1, 9, 3, 11, 5, 13, 7, 15});
        }
        for (int half = 0; half < 8; half += 4)
            for (int i = 0; i < 2; ++i) {
                b[half + i] = __builtin_shuffle(a[half + i], a[half + i + 2], I{0, 1, 8, 9, 4, 5, 12, 13});
                b[half + i + 2] = __builtin_shuffle(a[half + i], a[half + i + 2], I{2, 3, 10, 11, 6, 7, 14, 15});
            }
        for (int i = 0; i < 4; ++i) {
            to[i] = __builtin_shuffle(b[i], b[i + 4], I{0, 1, 2, 3, 8, 9, 10, 11});
            to[i + 4] = __builtin_shuffle(b[i], b[i + 4], I{4, 5, 6, 7, 12, 13, 14, 15});
        }
    }
    static ASCENT_INLINE void transpose(const Pack<4>* from, Pack<4>* to) {
        using I = typename Pack<4>::Integers;
        typename Pack<4>::Doubles a[4];
        for (int i = 0; i < 4; i += 2) {
            a[i] = __builtin_shuffle(from[i].x, from[i + 1].x, I{0, 4, 2, 6});
            a[i + 1] = __builtin_shuffle(from[i].x, from[i + 1].x, I{1, 5, 3, 7});
        }
        for (int i = 0; i < 2; ++i) {
            to[i] = __builtin_shuffle(a[i], a[i + 2], I{0, 1, 4, 5});
            to[i + 2] = __builtin_shuffle(a[i], a[i + 2], I{2, 3, 6, 7});
        }
    }

    static double of_lane(const V& constant, int lane) { return constant[lane]; }
    static double of_lane(double constant, int) { return constant; }

    // A table that some solver of this process has already, or a new one.
    template <class C>
    std::shared_ptr<const Table> shared(const std::vector<double>& key, const C* constants, int lane) const {
        static std::mutex guard;
        static std::map<std::vector<double>, std::shared_ptr<const Table>> kept;
        const std::lock_guard<std::mutex> lock(guard);
        const auto found = kept.find(key);
        if (found != kept.end()) return found->second;
        if (kept.size() == MOST_KEPT) kept.clear();
        return kept[key] = tabulate(constants, lane);
    }

    // Rows are worked out W at a time; what a row holds does not depend on W.
    template <class C>
    std::shared_ptr<const Table> tabulate(const C* constants, int lane) const {
        const std::shared_ptr<Table> table(new Table());
        std::vector<C> own(Membrane::n_constants + 1);
        for (int i = 0; i < Membrane::n_constants; ++i) own[i] = C(of_lane(constants[i], lane));
        // cos(pi/8)/2 and cos(3 pi/8)/2, the points of four on a row that goes from -1/2 to 1/2
        const double outer = 0.46193976625564337, inner = 0.1913417161825449;
        const double points[] = {outer, -outer, inner, -inner}, checks[] = {-0.49, -0.33, 0.0, 0.29, 0.4999};
        const V scale(1.0 / (outer * outer - inner * inner));
        for (int first = 0; first < N_ROWS; first += W) {
            V centre;
            for (int i = 0; i < W; ++i) centre.set(i, V_MIN + (first + i + 0.5) / ROWS_PER_MV);
            V at[4][2][4 * GROUPS], c[4][2][4 * GROUPS];
            for (int k = 0; k < 4; ++k)
                direct(centre + V(points[k] / ROWS_PER_MV), V(dt_), own.data(), at[k][0], at[k][1]);
            for (int part = 0; part < 2; ++part)
                for (int gate = 0; gate < N_GATES; ++gate) {
                    const V even_outer = V(0.5) * (at[0][part][gate] + at[1][part][gate]);
                    const V even_inner = V(0.5) * (at[2][part][gate] + at[3][part][gate]);
                    const V odd_outer = V(0.5 / outer) * (at[0][part][gate] - at[1][part][gate]);
                    const V odd_inner = V(0.5 / inner) * (at[2][part][gate] - at[3][part][gate]);
                    c[2][part][gate] = (even_outer - even_inner) * scale;
                    c[3][part][gate] = (odd_outer - odd_inner) * scale;
                    c[0][part][gate] = even_inner - V(inner * inner) * c[2][part][gate];
                    c[1][part][gate] = odd_inner - V(inner * inner) * c[3][part][gate];
                }
            Mask<W> good = centre == centre;
            for (const double check : checks) {
                V exact[2][4 * GROUPS];
                direct(centre + V(check / ROWS_PER_MV), V(dt_), own.data(), exact[0], exact[1]);
                for (int gate = 0; gate < N_GATES; ++gate) {
                    const V allowed = vfma(V(RELATIVE), vfabs(exact[1][gate]), V(ABSOLUTE));
                    for (int part = 0; part < 2; ++part) {
                        const V s(check);
                        const V(*k)[2][4 * GROUPS] = c;
                        const V cubic = vfma(vfma(vfma(k[3][part][gate], s, k[2][part][gate]), s, k[1][part][gate]), s, k[0][part][gate]);
                        good = good & (vfabs(cubic - exact[part][gate]) <= allowed);
                    }
                }
            }
            for (int i = 0; i < W && first + i < N_ROWS; ++i)
                for (int order = 0; order < 4; ++order)
                    for (int gate = 0; gate < N_GATES; ++gate)
                        for (int part = 0; part < 2; ++part) {
                            double& to = table->rows[first + i][(gate / 4 * 4 + order) * FUNCTIONS + 4 * part + gate % 4];
                            to = good.bits[i] ? c[order][part][gate][i] : __builtin_nan("");
                        }
        }
        return table;
    }

    double dt_;
    std::map<std::vector<double>, std::shared_ptr<const Table>> tables_;
    const Table* table_[W] = {};
};

}  // namespace ascent
