// Rates of gates as tables in single precision: worked out in double precision as in rate_tables.hpp, then rounded.
#pragma once

#include <map>
#include <memory>

#include "rate_tables.hpp"

namespace ascent {

template <int W, class Membrane>
class FloatRateTables : RateTables<W, Membrane> {
  public:
    using Base = RateTables<W, Membrane>;
    using V = FloatPack<W>;
    using Base::FUNCTIONS;
    using Base::GROUPS;
    using Base::N_GATES;
    using Base::ROW;

    explicit FloatRateTables(double dt) : Base(dt) {}

    // Give every lane the table for its constants.
    void arrange(const Pack<W>* constants) {
        Base::arrange(constants);
        if constexpr (N_GATES > 0) {
            for (int lane = 0; lane < W; ++lane) {
                auto& rows = rounded_[this->table_[lane]];
                if (!rows) {
                    rows.reset(new Rows());
                    for (int row = 0; row < Base::N_ROWS; ++row)
                        for (int k = 0; k < ROW; ++k) rows->rows[row][k] = float(this->table_[lane]->rows[row][k]);
                }
                rows_[lane] = rows.get();
            }
        }
    }

    // Gains and losses at v.
    ASCENT_INLINE void look_up(V v, const V* constants, V* gains, V* losses) const {
        const V scaled = vfma(v, V(Base::ROWS_PER_MV), V(-Base::V_MIN * Base::ROWS_PER_MV - 0.5));
        const V place = vmin(V(Base::N_ROWS - 1.0), vmax(V(0.0), scaled));
        const V shifted = place + V(FLOAT_ROUNDING);
        const V along = scaled - (shifted - V(FLOAT_ROUNDING));
        const typename V::Integers rows = (typename V::Integers)shifted.x & 0xffff;
        for (int group = 0; group < GROUPS; ++group) {
            for (int first = 0; first < W; first += 8) {
                FloatPack<8> found[8], of_lane[8];
                for (int lane = 0; lane < 8; ++lane) {
                    const float* c = rows_[first + lane]->rows[rows[first + lane]] + group * 4 * FUNCTIONS;
                    const FloatPack<8> s(double(along.x[first + lane]));
                    of_lane[lane] = cubic(c, s);
                }
                transpose(of_lane, found);
                for (int gate = 0; gate < 4 && 4 * group + gate < N_GATES; ++gate)
                    for (int lane = 0; lane < 8; ++lane) {
                        gains[4 * group + gate].x[first + lane] = found[gate].x[lane];
                        losses[4 * group + gate].x[first + lane] = found[4 + gate].x[lane];
                    }
            }
        }
        // outside the table, in a marked row, or at a v that is no number
        const auto bad = !(vfabs(along) <= V(0.75)) | (gains[0] != gains[0]);
        if (__builtin_expect(any(bad), 0)) {
            V direct_gains[N_GATES + 1], direct_losses[N_GATES + 1];
            Membrane::template rates<V>(v, V(this->dt_), constants, direct_gains, direct_losses);
            for (int gate = 0; gate < N_GATES; ++gate) {
                gains[gate] = select(bad, direct_gains[gate], gains[gate]);
                losses[gate] = select(bad, direct_losses[gate], losses[gate]);
            }
        }
    }

  private:
    struct alignas(64) Rows {
        float rows[Base::N_ROWS][ROW > 0 ? ROW : 1];
    };

    static ASCENT_INLINE FloatPack<8> cubic(const float* c, FloatPack<8> s) {
        using F = FloatPack<8>;
        const F high = vfma(F::load(c + 3 * FUNCTIONS), s, F::load(c + 2 * FUNCTIONS));
        return vfma(vfma(high, s, F::load(c + FUNCTIONS)), s, F::load(c));
    }

    // 8 packs, one a lane, of 8 functions -> 8 packs, one a function, of 8 lanes.
    static ASCENT_INLINE void transpose(const FloatPack<8>* from, FloatPack<8>* to) {
        using I = typename FloatPack<8>::Integers;
        typename FloatPack<8>::Floats a[8], b[8];
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

    std::map<const void*, std::unique_ptr<Rows>> rounded_;
    const Rows* rows_[W] = {};
};

}  // namespace ascent
