/* order_rules.c: see order_rules.h. */
#include "core/order_rules.h"

enum order_intake order_intake_decide(const struct order_facts *f)
{
    if (f->amazon_fulfilled) return INTAKE_SKIP;
    if (!f->known) return f->mapped ? INTAKE_CREATE : INTAKE_SKIP;
    return f->version > f->known_version ? INTAKE_UPDATE : INTAKE_SKIP;
}

int64_t order_status_after(int64_t current_status_id, struct str known_channel_status,
    struct str channel_status, int64_t mapped_status_id, bool *unmapped)
{
    *unmapped = mapped_status_id == 0;
    bool changed = !str_eq(known_channel_status, channel_status);
    return changed && mapped_status_id ? mapped_status_id : current_status_id;
}

int64_t line_quantity_after_cancellation(
    int64_t ordered, bool has_fulfilled, int64_t fulfilled, int64_t unfulfilled)
{
    if (ordered < 0) ordered = 0;
    if (!has_fulfilled) return ordered;
    if (fulfilled < 0) fulfilled = 0;
    if (unfulfilled < 0) unfulfilled = 0;
    if (fulfilled > ordered || unfulfilled > ordered - fulfilled) return ordered;
    return fulfilled + unfulfilled;
}
