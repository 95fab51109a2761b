/* send_plan.c: see send_plan.h. */
#include "core/send_plan.h"

static const int64_t micro = 1000000;

/* More than a hundred years are as good as never, and sums of them still fit. */
static const time_ms never = INT64_C(100) * 365 * 86400 * 1000;

time_ms send_singly_ms(int64_t count, const struct send_pace *single)
{
    if (count <= 0) return 0;
    int64_t short_of = count - single->tokens;
    time_ms ms = 0;
    if (short_of > 0) {
        int64_t rate = single->rate_micro_per_s;
        if (short_of > never / 1000 * (rate < micro ? rate : micro) / micro) return never;
        ms = short_of * 1000 / rate * micro + short_of * 1000 % rate * micro / rate;
    }
    return ms > single->wait_ms ? ms : single->wait_ms;
}

time_ms send_in_lots_ms(int64_t count, const struct send_pace *lot)
{
    if (count <= 0) return 0;
    if (count > never / (2 * LOT_FIXED_MS)) return never;
    int64_t lots = (count + LOT_MESSAGES_MAX - 1) / LOT_MESSAGES_MAX;
    /* The last one cannot begin before its call may be made, nor before the others are done. */
    time_ms calls = send_singly_ms(lots, lot);
    time_ms last = count - (lots - 1) * LOT_MESSAGES_MAX;
    time_ms before = (lots - 1) * (LOT_FIXED_MS + (time_ms)LOT_MESSAGES_MAX * LOT_MESSAGE_MS);
    time_ms begins = calls > before ? calls : before;
    return begins + LOT_FIXED_MS + last * LOT_MESSAGE_MS;
}

bool send_prefers_lots(
    int64_t zeros, int64_t others, const struct send_pace *single, const struct send_pace *lot)
{
    if (others <= 0) return false;
    if (zeros < 0) zeros = 0;
    return send_in_lots_ms(others, lot) < send_singly_ms(zeros + others, single);
}

static size_t escaped(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        n += c < ' ' || c == 0x7F ? 6 : c == '"' || c == '\\' || c == '/' ? 2 : 1;
    }
    return n;
}

size_t send_message_bound(struct str sku, struct str product_type)
{
    enum { REST = 256 }; /* names, punctuation, a message number, a quantity */
    return REST + escaped(sku) + escaped(product_type);
}

size_t send_lot_take(const size_t *lengths, size_t count, size_t frame)
{
    size_t taken = 0, bytes = frame;
    while (taken < count && taken < LOT_MESSAGES_MAX) {
        size_t more = lengths[taken] + (taken > 0);
        if (more > LOT_BYTES_MAX || bytes + more > LOT_BYTES_MAX) break;
        bytes += more;
        taken++;
    }
    return taken;
}
