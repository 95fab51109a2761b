/* webhook.c: see webhook.h. */
#include "core/webhook.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

/* Before the second attempt, the third, ...: the example of the specification, 75 h 35 min 5 s. */
static const time_ms delays[WEBHOOK_ATTEMPTS_MAX - 1] = { 5 * SECOND, 5 * MINUTE, 30 * MINUTE,
    2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR };

enum webhook_verdict webhook_judge(
    const struct webhook_answer *answer, int failures, uint64_t chance, time_ms *delay_ms)
{
    *delay_ms = 0;
    if (answer->status >= 200 && answer->status <= 299) return WEBHOOK_DELIVERED;
    if (answer->status == 410) return WEBHOOK_GONE;
    if (failures + 1 >= WEBHOOK_ATTEMPTS_MAX) return WEBHOOK_GIVE_UP;
    time_ms delay = delays[failures < 0 ? 0 : failures];
    delay += (time_ms)(chance % (uint64_t)(delay / 10 + 1));
    *delay_ms = answer->retry_after_ms > delay ? answer->retry_after_ms : delay;
    return WEBHOOK_RETRY;
}

static bool month_of(struct str word, const char **number)
{
    static const char *const months[][2] = { { "Jan", "01" }, { "Feb", "02" }, { "Mar", "03" },
        { "Apr", "04" }, { "May", "05" }, { "Jun", "06" }, { "Jul", "07" }, { "Aug", "08" },
        { "Sep", "09" }, { "Oct", "10" }, { "Nov", "11" }, { "Dec", "12" } };
    for (size_t i = 0; i < sizeof months / sizeof months[0]; i++)
        if (str_eq(word, str_of(months[i][0]))) {
            *number = months[i][1];
            return true;
        }
    return false;
}

/* "Wed, 21 Oct 2026 07:28:00 GMT", put as RFC 3339 has it. */
static bool parse_date(struct str s, time_ms *out)
{
    enum { IMF_LEN = 29 };
    const char *month;
    char text[] = "0000-00-00T00:00:00Z";
    if (s.len != IMF_LEN || !str_ends(s, S(" GMT")) || !month_of(str_sub(s, 8, 3), &month))
        return false;
    for (size_t i = 0; i < 4; i++)
        text[i] = s.at[12 + i];
    for (size_t i = 0; i < 2; i++) {
        text[5 + i] = month[i];
        text[8 + i] = s.at[5 + i];
    }
    for (size_t i = 0; i < 8; i++)
        text[11 + i] = s.at[17 + i];
    return rfc3339_parse(str_of(text), out);
}

time_ms webhook_retry_after(struct str header, time_ms now)
{
    const time_ms most = (time_ms)WEBHOOK_RETRY_AFTER_MAX_S * SECOND;
    struct str s = str_trim(header);
    int64_t seconds;
    time_ms at, wait = 0;
    if (str_to_int64(s, &seconds))
        wait = seconds > WEBHOOK_RETRY_AFTER_MAX_S ? most : seconds * SECOND;
    else if (parse_date(s, &at))
        wait = at - now;
    return wait < 0 ? 0 : wait > most ? most : wait;
}
