/* sim.c: the state is made, reset and released. */
#include "sim.h"

static const struct sim_settings default_settings = {
    .orders_lag_ms = 120000,
    .apply_min_ms = 2000,
    .apply_max_ms = 15000,
    .page_token_ms = 86400000,
    .orders_page_max = 100,
    .feed_queue_ms = 60000,
    .feed_message_ms = 5,
};

static void init_condition(pthread_cond_t *cond)
{
    pthread_condattr_t how;
    pthread_condattr_init(&how);
    pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &how);
    pthread_condattr_destroy(&how);
}

void sim_set_rate_scale(struct sim *s, double scale)
{
    time_ms now = sim_clock_now(&s->clock);
    s->options.rate_scale = scale;
    for (int i = 0; i < OPERATION_COUNT; i++) {
        double burst = operations[i].burst * scale;
        bucket_init(&s->buckets[i], operations[i].rate * scale, burst < 1 ? 1 : burst, now);
        s->stated[i] = 0;
    }
    feeds_set_rate_scale(&s->feeds, scale, now);
}

static void start(struct sim *s)
{
    rng_seeded(&s->rng, (uint64_t)s->options.seed);
    s->key = rng_u64(&s->rng);
    s->settings = default_settings;
    s->orders_per_hour = 0;
    documents_clear(&s->documents);
    feeds_clear(&s->feeds);
    lwa_init(&s->lwa, s->options.strict, rng_u64(&s->rng));
    faults_clear(&s->faults);
    sim_set_rate_scale(s, s->options.rate_scale);
    world_init(&s->world, &s->rng);
    sim_seed(s, s->options.listings, s->options.orders);
}

void sim_init(struct sim *s, const struct sim_options *o, struct clock *machine)
{
    *s = (struct sim){ .options = *o };
    pthread_mutex_init(&s->lock, NULL);
    init_condition(&s->stop);
    sim_clock_init(&s->clock, machine, o->time_scale);
    arena_init(&s->arena, "simulator", (size_t)64 << 20);
    calls_init(&s->calls, &s->arena);
    start(s);
}

void sim_reset(struct sim *s, int64_t seed, int64_t listings, int64_t orders)
{
    world_release(&s->world);
    calls_clear(&s->calls);
    s->page_epoch++;
    s->options.seed = seed;
    s->options.listings = listings;
    s->options.orders = orders;
    start(s);
}

void sim_stop_waits(struct sim *s)
{
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_broadcast(&s->stop);
    pthread_mutex_unlock(&s->lock);
}

void sim_release(struct sim *s)
{
    world_release(&s->world);
    documents_clear(&s->documents);
    arena_release(&s->arena);
    pthread_cond_destroy(&s->stop);
    pthread_mutex_destroy(&s->lock);
}
