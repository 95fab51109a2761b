/* sellers.c: the marketplaces of each region, and getMarketplaceParticipations. */
#include "api.h"

static const struct region regions[] = {
    { .name = "na",
        .fba_code = "AMAZON_NA",
        .marketplaces = { { "ATVPDKIKX0DER", "Amazon.com", "US", "USD", "en_US", "www.amazon.com" },
            { "A2EUQ1WTGCTBG2", "Amazon.ca", "CA", "CAD", "en_CA", "www.amazon.ca" },
            { "A1AM78C64UM0Y8", "Amazon.com.mx", "MX", "MXN", "es_MX", "www.amazon.com.mx" },
            { "A2Q3Y263D00KWC", "Amazon.com.br", "BR", "BRL", "pt_BR", "www.amazon.com.br" },
            { .id = NULL } } },
    { .name = "eu",
        .fba_code = "AMAZON_EU",
        .marketplaces = { { "A1PA6795UKMFR9", "Amazon.de", "DE", "EUR", "de_DE", "www.amazon.de" },
            { "A1F83G8C2ARO7P", "Amazon.co.uk", "GB", "GBP", "en_GB", "www.amazon.co.uk" },
            { "A13V1IB3VIYZZH", "Amazon.fr", "FR", "EUR", "fr_FR", "www.amazon.fr" },
            { "APJ6JRA9NG5V4", "Amazon.it", "IT", "EUR", "it_IT", "www.amazon.it" },
            { "A1RKKUPIHCS9HS", "Amazon.es", "ES", "EUR", "es_ES", "www.amazon.es" },
            { "A1805IZSGTT6HS", "Amazon.nl", "NL", "EUR", "nl_NL", "www.amazon.nl" },
            { "A2NODRKZP88ZB9", "Amazon.se", "SE", "SEK", "sv_SE", "www.amazon.se" },
            { "A1C3SOZRARQ6R3", "Amazon.pl", "PL", "PLN", "pl_PL", "www.amazon.pl" },
            { .id = NULL } } },
    { .name = "fe",
        .fba_code = "AMAZON_JP",
        .marketplaces = { { "A1VC38T7YXB528", "Amazon.co.jp", "JP", "JPY", "ja_JP",
                              "www.amazon.co.jp" },
            { "A39IBJ37TRP1C6", "Amazon.com.au", "AU", "AUD", "en_AU", "www.amazon.com.au" },
            { "A19VAU5U5O7RUS", "Amazon.sg", "SG", "SGD", "en_SG", "www.amazon.sg" },
            { .id = NULL } } },
};

const struct region *region_named(struct str name)
{
    for (size_t i = 0; i < sizeof regions / sizeof *regions; i++)
        if (str_eq(name, str_of(regions[i].name))) return &regions[i];
    return NULL;
}

const struct marketplace *region_marketplace(const struct region *r, struct str id)
{
    for (size_t i = 0; r->marketplaces[i].id; i++)
        if (str_eq(id, str_of(r->marketplaces[i].id))) return &r->marketplaces[i];
    return NULL;
}

static void write_participation(struct jw *w, const struct marketplace *m)
{
    jw_object(w);
    jw_key(w, "marketplace");
    jw_object(w);
    jw_kstr(w, "id", str_of(m->id));
    jw_kstr(w, "name", str_of(m->name));
    jw_kstr(w, "countryCode", str_of(m->country));
    jw_kstr(w, "defaultCurrencyCode", str_of(m->currency));
    jw_kstr(w, "defaultLanguageCode", str_of(m->language));
    jw_kstr(w, "domainName", str_of(m->domain));
    jw_object_end(w);
    jw_key(w, "participation");
    jw_object(w);
    jw_kbool(w, "isParticipating", true);
    jw_kbool(w, "hasSuspendedListings", false);
    jw_object_end(w);
    jw_kstr(w, "storeName", S("Stockbridge Simulator Store"));
    jw_object_end(w);
}

void participations_get(struct call *c)
{
    const struct region *r = c->sim->options.region;
    answer_begin(c, 200);
    jw_object(&c->w);
    jw_key(&c->w, "payload");
    jw_array(&c->w);
    for (size_t i = 0; r->marketplaces[i].id; i++)
        write_participation(&c->w, &r->marketplaces[i]);
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}
