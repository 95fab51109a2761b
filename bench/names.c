/* names.c: see names.h. */
#include "names.h"

#include "base/assert.h"

#include <string.h>

struct model {
    const char *make, *name, *code;
    const char *capacities, *colors; /* comma between */
};

#define APPLE_OLD "Space Gray,Silver,Gold,Red"
#define APPLE_XR "Black,White,Blue,Yellow,Coral,Red"
#define APPLE_PRO "Graphite,Silver,Gold,Pacific Blue,Sierra Blue,Alpine Green"
#define APPLE_NEW "Midnight,Starlight,Blue,Pink,Red,Green"
#define APPLE_TITANIUM "Black Titanium,White Titanium,Blue Titanium,Natural Titanium"
#define GALAXY "Phantom Black,Phantom White,Phantom Gray,Phantom Violet,Cream,Green"
#define GALAXY_OLD "Midnight Black,Orchid Gray,Coral Blue,Arctic Silver,Maple Gold"
#define PIXEL "Just Black,Clearly White,Obsidian,Snow,Hazel,Bay"
#define PLAIN "Black,White,Blue,Silver"
#define LAPTOP "Space Gray,Silver,Midnight,Starlight"

static const struct model models[] = {
    { "Apple", "iPhone 8", "IP8", "64GB,128GB,256GB", APPLE_OLD },
    { "Apple", "iPhone 8 Plus", "IP8P", "64GB,128GB,256GB", APPLE_OLD },
    { "Apple", "iPhone X", "IPX", "64GB,256GB", "Space Gray,Silver" },
    { "Apple", "iPhone XR", "IPXR", "64GB,128GB,256GB", APPLE_XR },
    { "Apple", "iPhone XS", "IPXS", "64GB,256GB,512GB", APPLE_OLD },
    { "Apple", "iPhone XS Max", "IPXSM", "64GB,256GB,512GB", APPLE_OLD },
    { "Apple", "iPhone 11", "IP11", "64GB,128GB,256GB", APPLE_XR },
    { "Apple", "iPhone 11 Pro", "IP11P", "64GB,256GB,512GB", APPLE_OLD },
    { "Apple", "iPhone 11 Pro Max", "IP11PM", "64GB,256GB,512GB", APPLE_OLD },
    { "Apple", "iPhone SE 2020", "IPSE2", "64GB,128GB,256GB", "Black,White,Red" },
    { "Apple", "iPhone 12 mini", "IP12M", "64GB,128GB,256GB", APPLE_XR },
    { "Apple", "iPhone 12", "IP12", "64GB,128GB,256GB", APPLE_XR },
    { "Apple", "iPhone 12 Pro", "IP12P", "128GB,256GB,512GB", APPLE_PRO },
    { "Apple", "iPhone 12 Pro Max", "IP12PM", "128GB,256GB,512GB", APPLE_PRO },
    { "Apple", "iPhone 13 mini", "IP13M", "128GB,256GB,512GB", APPLE_NEW },
    { "Apple", "iPhone 13", "IP13", "128GB,256GB,512GB", APPLE_NEW },
    { "Apple", "iPhone 13 Pro", "IP13P", "128GB,256GB,512GB,1TB", APPLE_PRO },
    { "Apple", "iPhone 13 Pro Max", "IP13PM", "128GB,256GB,512GB,1TB", APPLE_PRO },
    { "Apple", "iPhone SE 2022", "IPSE3", "64GB,128GB,256GB", "Midnight,Starlight,Red" },
    { "Apple", "iPhone 14", "IP14", "128GB,256GB,512GB", APPLE_NEW },
    { "Apple", "iPhone 14 Plus", "IP14P", "128GB,256GB,512GB", APPLE_NEW },
    { "Apple", "iPhone 14 Pro", "IP14PR", "128GB,256GB,512GB,1TB", "Space Black,Silver,Gold" },
    { "Apple", "iPhone 14 Pro Max", "IP14PM", "128GB,256GB,512GB,1TB", "Space Black,Silver,Gold" },
    { "Apple", "iPhone 15", "IP15", "128GB,256GB,512GB", "Black,Blue,Green,Yellow,Pink" },
    { "Apple", "iPhone 15 Plus", "IP15P", "128GB,256GB,512GB", "Black,Blue,Green,Yellow,Pink" },
    { "Apple", "iPhone 15 Pro", "IP15PR", "128GB,256GB,512GB,1TB", APPLE_TITANIUM },
    { "Apple", "iPhone 15 Pro Max", "IP15PM", "256GB,512GB,1TB", APPLE_TITANIUM },
    { "Apple", "iPad 8th Gen", "IPAD8", "32GB,128GB", APPLE_OLD },
    { "Apple", "iPad 9th Gen", "IPAD9", "64GB,256GB", "Space Gray,Silver" },
    { "Apple", "iPad 10th Gen", "IPAD10", "64GB,256GB", "Silver,Blue,Pink,Yellow" },
    { "Apple", "iPad Air 4", "IPADA4", "64GB,256GB", "Space Gray,Silver,Green,Sky Blue" },
    { "Apple", "iPad Air 5", "IPADA5", "64GB,256GB", "Space Gray,Starlight,Pink,Purple,Blue" },
    { "Apple", "iPad mini 6", "IPADM6", "64GB,256GB", "Space Gray,Starlight,Pink,Purple" },
    { "Apple", "iPad Pro 11 2021", "IPADP11", "128GB,256GB,512GB,1TB", "Space Gray,Silver" },
    { "Apple", "iPad Pro 12.9 2021", "IPADP12", "128GB,256GB,512GB,1TB", "Space Gray,Silver" },
    { "Apple", "MacBook Air M1", "MBAM1", "256GB,512GB", LAPTOP },
    { "Apple", "MacBook Air M2", "MBAM2", "256GB,512GB,1TB", LAPTOP },
    { "Apple", "MacBook Pro 14 M1", "MBP14", "512GB,1TB", "Space Gray,Silver" },
    { "Apple", "Watch Series 7 45mm", "AWS7", "32GB", APPLE_NEW },
    { "Apple", "Watch SE 40mm", "AWSE", "32GB", "Space Gray,Silver,Gold" },
    { "Samsung", "Galaxy S9", "GS9", "64GB,128GB", GALAXY_OLD },
    { "Samsung", "Galaxy S9 Plus", "GS9P", "64GB,128GB,256GB", GALAXY_OLD },
    { "Samsung", "Galaxy S10", "GS10", "128GB,512GB", GALAXY_OLD },
    { "Samsung", "Galaxy S10 Plus", "GS10P", "128GB,512GB,1TB", GALAXY_OLD },
    { "Samsung", "Galaxy S10e", "GS10E", "128GB,256GB", GALAXY_OLD },
    { "Samsung", "Galaxy S20 5G", "GS20", "128GB", GALAXY },
    { "Samsung", "Galaxy S20 FE 5G", "GS20F", "128GB,256GB", GALAXY },
    { "Samsung", "Galaxy S20 Ultra 5G", "GS20U", "128GB,512GB", GALAXY },
    { "Samsung", "Galaxy S21 5G", "GS21", "128GB,256GB", GALAXY },
    { "Samsung", "Galaxy S21 Plus 5G", "GS21P", "128GB,256GB", GALAXY },
    { "Samsung", "Galaxy S21 Ultra 5G", "GS21U", "128GB,256GB,512GB", GALAXY },
    { "Samsung", "Galaxy S22", "GS22", "128GB,256GB", GALAXY },
    { "Samsung", "Galaxy S22 Plus", "GS22P", "128GB,256GB", GALAXY },
    { "Samsung", "Galaxy S22 Ultra", "GS22U", "128GB,256GB,512GB,1TB", GALAXY },
    { "Samsung", "Galaxy S23", "GS23", "128GB,256GB", GALAXY },
    { "Samsung", "Galaxy S23 Plus", "GS23P", "256GB,512GB", GALAXY },
    { "Samsung", "Galaxy S23 Ultra", "GS23U", "256GB,512GB,1TB", GALAXY },
    { "Samsung", "Galaxy Note 9", "GN9", "128GB,512GB", GALAXY_OLD },
    { "Samsung", "Galaxy Note 10 Plus", "GN10P", "256GB,512GB", GALAXY_OLD },
    { "Samsung", "Galaxy Note 20 Ultra 5G", "GN20U", "128GB,512GB", GALAXY },
    { "Samsung", "Galaxy A52 5G", "GA52", "128GB,256GB", PLAIN },
    { "Samsung", "Galaxy A53 5G", "GA53", "128GB,256GB", PLAIN },
    { "Samsung", "Galaxy A14 5G", "GA14", "64GB,128GB", PLAIN },
    { "Samsung", "Galaxy Z Flip4", "GZF4", "128GB,256GB,512GB", GALAXY },
    { "Samsung", "Galaxy Z Fold4", "GZFO4", "256GB,512GB,1TB", GALAXY },
    { "Samsung", "Galaxy Tab S8", "GTS8", "128GB,256GB", "Graphite,Silver,Pink Gold" },
    { "Google", "Pixel 4a 5G", "PX4A", "128GB", PIXEL },
    { "Google", "Pixel 5", "PX5", "128GB", PIXEL },
    { "Google", "Pixel 6", "PX6", "128GB,256GB", PIXEL },
    { "Google", "Pixel 6 Pro", "PX6P", "128GB,256GB,512GB", PIXEL },
    { "Google", "Pixel 6a", "PX6A", "128GB", PIXEL },
    { "Google", "Pixel 7", "PX7", "128GB,256GB", PIXEL },
    { "Google", "Pixel 7 Pro", "PX7P", "128GB,256GB,512GB", PIXEL },
    { "Google", "Pixel 7a", "PX7A", "128GB", PIXEL },
    { "Google", "Pixel 8 Pro", "PX8P", "128GB,256GB,512GB,1TB", PIXEL },
    { "Motorola", "Moto G Power 2021", "MGP21", "32GB,64GB", PLAIN },
    { "Motorola", "Moto G Stylus 5G", "MGS5", "128GB,256GB", PLAIN },
    { "Motorola", "Edge 30 Pro", "ME30", "128GB,256GB,512GB", PLAIN },
    { "OnePlus", "8 Pro", "OP8P", "128GB,256GB", "Onyx Black,Glacial Green,Ultramarine Blue" },
    { "OnePlus", "9 Pro 5G", "OP9P", "128GB,256GB", "Morning Mist,Pine Green,Stellar Black" },
    { "OnePlus", "Nord N10 5G", "OPN10", "128GB", PLAIN },
    { "LG", "G8 ThinQ", "LG8", "128GB", PLAIN },
    { "LG", "V60 ThinQ 5G", "LGV60", "128GB,256GB", PLAIN },
    { "Sony", "Xperia 5 III", "SX5", "128GB,256GB", PLAIN },
    { "Xiaomi", "Redmi Note 11 Pro", "XRN11", "64GB,128GB", PLAIN },
    { "Nokia", "X20 5G", "NX20", "128GB", PLAIN },
};
static const char networks[] = "Unlocked,AT&T,T-Mobile,Verizon,Sprint,Cricket,US Cellular,Xfinity,"
                               "Metro,Boost Mobile";
static const char variants[] = "Unknown,Dual SIM,eSIM only";
enum {
    MODELS = sizeof models / sizeof models[0],
    GRADES = 4,
    FIRST_GRADE = 2,
    STRIDE = 48271, /* prime: neighbours have little in common, as in a real catalog */
};

static int64_t count_of(const char *list)
{
    int64_t n = 1;
    for (; *list; list++)
        n += *list == ',';
    return n;
}

static struct str pick(const char *list, int64_t n)
{
    struct str head, rest = str_of(list);
    while (str_cut(rest, ',', &head, &rest) && n > 0)
        n--;
    return head;
}

static int64_t of_model(const struct model *m)
{
    return count_of(m->capacities) * count_of(m->colors) * count_of(networks) * count_of(variants) *
           GRADES;
}

int64_t names_most(void)
{
    int64_t n = 0;
    for (int i = 0; i < MODELS; i++)
        n += of_model(&models[i]);
    return n;
}

/* The next digit of n in a number system whose digits have this many values. */
static int64_t take(int64_t *n, int64_t values)
{
    int64_t digit = *n % values;
    *n /= values;
    return digit;
}

/* The first three letters and digits, as capitals; without the unit of gigabytes. */
static struct str short_form(struct str text, struct arena *arena)
{
    enum { SHORT = 3 };
    char *at = arena_new(arena, char, SHORT);
    size_t n = 0;
    if (str_ends(text, S("GB"))) text.len -= 2;
    for (size_t i = 0; i < text.len && n < SHORT; i++) {
        char c = text.at[i];
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) at[n++] = c;
    }
    return (struct str){ at, n };
}

/* "IP13-128-BLU-UNL-A-004711": a shop's own numbering is behind it. */
static struct str sku_of(
    const struct model *m, const struct variation *v, int64_t grade, int64_t n, struct arena *arena)
{
    struct str capacity = short_form(v->text[VARIATION_CAPACITY], arena),
               color = short_form(v->text[VARIATION_COLOR], arena),
               network = short_form(v->text[VARIATION_NETWORK], arena);
    return arena_fmt(arena, "%s-%.*s-%.*s-%.*s-%c-%06lld", m->code, STR_FMT(capacity),
        STR_FMT(color), STR_FMT(network), (char)('A' + grade), (long long)n);
}

struct variation names_variation(int64_t n, struct arena *arena)
{
    int64_t most = names_most();
    ASSERT(n < most && most % STRIDE != 0);
    int64_t left = n * STRIDE % most;
    const struct model *m = models;
    while (left >= of_model(m))
        left -= of_model(m++);
    struct variation v = { .sku = S("") };
    v.text[VARIATION_MANUFACTURER] = str_of(m->make);
    v.text[VARIATION_MODEL] = str_of(m->name);
    v.text[VARIATION_CAPACITY] = pick(m->capacities, take(&left, count_of(m->capacities)));
    v.text[VARIATION_COLOR] = pick(m->colors, take(&left, count_of(m->colors)));
    v.text[VARIATION_NETWORK] = pick(networks, take(&left, count_of(networks)));
    v.text[VARIATION_VARIANT] = pick(variants, take(&left, count_of(variants)));
    int64_t grade = take(&left, GRADES);
    v.grade_id = FIRST_GRADE + grade;
    v.sku = sku_of(m, &v, grade, n, arena);
    return v;
}
