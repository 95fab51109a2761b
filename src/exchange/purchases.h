/*
 * purchases.h: purchase orders that rows name, each read once for the batch. For kinds of import.
 */
#ifndef EXCHANGE_PURCHASES_H
#define EXCHANGE_PURCHASES_H

#include "exchange/internal.h"
#include "store/purchase_order.h"

struct known_purchase {
    struct str number;
    bool exists, fresh; /* fresh: read by this call */
    struct purchase_order order;
    void *own; /* of the kind */
};

/* By number, from or into `known`; lives as long as the batch. */
MUST_USE enum err purchase_known(struct batch *b, struct memory *known, struct str number,
    struct known_purchase **out, struct error *e);
/* A new price of an item of the order: not beside a lot price, and in the order's currency. Absent
 * is let be. */
void row_check_price(struct batch *b, struct row_result *r, int column,
    const struct purchase_order *o, struct money paid);

/* Rows that are written at the end of the batch, all of one purchase order together: what is done
 * to an order costs what it has items. */
struct put_off {
    struct put_off *next;
    struct known_purchase *into;
    struct row_result *row;
    const void *what; /* of the kind */
};
struct put_offs {
    struct put_off *first, **end;
};
void put_offs_init(struct put_offs *all);
void put_offs_add(struct batch *b, struct put_offs *all, const struct put_off *one);
/* Writes the rows of one order, which is locked. They were judged good: what is refused now changed
 * meanwhile, and its error (ERR_CONFLICT) has the batch tried again. */
typedef enum err (*put_offs_fn)(struct batch *b, struct purchase_order *order,
    struct put_off *const *rows, size_t count, struct error *e);
/* All of them, order by order; none are left. */
MUST_USE enum err put_offs_write(
    struct batch *b, struct put_offs *all, put_offs_fn fn, struct error *e);

#endif
