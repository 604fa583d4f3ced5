"""C for what steps of training spend their time in: matrix products, exp and log, all with SIMD."""

#: Rows and columns of the block of a product that stays in registers: of the 16 that most processors
#: have, 8 hold the block, and the others a column of the left and a row of the right factor.
ROWS, COLUMNS = 4, 8

EXP = """\
/* After Moshier's Cephes, as exact as floats are: errors add up over steps. */
static inline float simd_expf(float x) {
    x = fminf(fmaxf(x, -87.0f), 88.0f);
    const float n = rintf(x * 1.44269504f);
    const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    const int32_t bits = ((int32_t)n + 127) << 23;
    float power;
    memcpy(&power, &bits, 4);
    return p * power;
}
#define expf simd_expf
"""

LOG = """\
/* log(x) = n log 2 + log(m), 0.7 < m < 1.4, of normal numbers; others count as the least. */
static inline float simd_logf(float x) {
    x = fmaxf(x, 1.17549435e-38f);
    int32_t bits;
    memcpy(&bits, &x, 4);
    const int32_t n = (bits - 0x3f3504f3) >> 23;
    const int32_t mantissa = bits - (n << 23);
    float m;
    memcpy(&m, &mantissa, 4);
    m -= 1.0f;
    const float z = m * m;
    float p = 7.0376836292e-2f;
    p = p * m - 1.1514610310e-1f;
    p = p * m + 1.1676998740e-1f;
    p = p * m - 1.2420140846e-1f;
    p = p * m + 1.4249322787e-1f;
    p = p * m - 1.6668057665e-1f;
    p = p * m + 2.0000714765e-1f;
    p = p * m - 2.4999993993e-1f;
    p = p * m + 3.3333331174e-1f;
    return m + (p * m * z - 0.5f * z + (float)n * -2.12194440e-4f) + (float)n * 0.693359375f;
}
"""

#: c (m, n) = a (m, k) · b (k, n) + bias (n), where element (i, j) of a factor lies at i · rows + j · columns.
PRODUCT = """\
typedef float four __attribute__((vector_size(16), aligned(4)));
#define SPLAT(x) ((four){x, x, x, x})

/* A block of `rows` rows and 8 columns, whose right factor is packed: 8 numbers for each k. */
static inline __attribute__((always_inline)) void block(
    const int rows, int width, int k, const float *a, int a_row, int a_column, const float *packed,
    const float *bias, float *c, int n
) {
    four left[4], right[4];
    for (int i = 0; i < rows; ++i) {
        left[i] = *(const four *)bias;
        right[i] = *(const four *)(bias + 4);
    }
    for (int at = 0; at < k; ++at, a += a_column, packed += 8) {
        const four first = *(const four *)packed, second = *(const four *)(packed + 4);
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; ++i) {
            const four factor = SPLAT(a[i * a_row]);
            left[i] += factor * first;
            right[i] += factor * second;
        }
    }
    for (int i = 0; i < rows; ++i) {
        if (width == 8) {
            *(four *)(c + i * n) = left[i];
            *(four *)(c + i * n + 4) = right[i];
        } else
            for (int j = 0; j < width; ++j)
                c[i * n + j] = j < 4 ? left[i][j] : right[i][j - 4];
    }
}

static float panel[8 * LONGEST];

static __attribute__((noinline)) void product(
    int m, int n, int k, const float *a, int a_row, int a_column, const float *b, int b_row, int b_column,
    const float *bias, float *c
) {
    for (int j = 0; j < n; j += 8) {
        const int width = n - j < 8 ? n - j : 8;
        float shift[8] = {0};
        for (int at = 0; bias && at < width; ++at)
            shift[at] = bias[j + at];
        const float *from = b + j * b_column;
        if (width == 8 && b_column == 1)
            for (int at = 0; at < k; ++at, from += b_row) {
                ((four *)panel)[2 * at] = *(const four *)from;
                ((four *)panel)[2 * at + 1] = *(const four *)(from + 4);
            }
        else
            for (int at = 0; at < k; ++at, from += b_row)
                for (int i = 0; i < 8; ++i)
                    panel[8 * at + i] = i < width ? from[i * b_column] : 0.0f;
        int i = 0;
        for (; i + 4 <= m; i += 4)
            block(4, width, k, a + i * a_row, a_row, a_column, panel, shift, c + i * n + j, n);
        for (; i < m; ++i)
            block(1, width, k, a + i * a_row, a_row, a_column, panel, shift, c + i * n + j, n);
    }
}
"""
