/* Asking the rules of one ignore file. Expected load: some hundred rules, asked for
 * every name of a tree, 300,000 times a second and more; most names match none. Nine
 * of ten rules are plain names or "*.ending" and cost two look-ups together, whatever
 * their number. */
#include "scan/ignore.h"

#include <string.h>

#include "base/hash.h"

static uint32_t hash_text(const char *text, size_t len)
{
    return (uint32_t)whet__hash64(text, len);
}

void whet__ignore_name_init(struct whet_ignore_name *n, const char *text, size_t len,
                            bool is_dir)
{
    size_t dot = len;

    while (dot > 0 && text[dot - 1] != '.')
        dot--;
    n->text = text;
    n->len = len;
    n->ending_len = dot == 0 ? 0 : len - dot + 1;
    n->hash = hash_text(text, len);
    n->ending_hash = hash_text(text + len - n->ending_len, n->ending_len);
    n->is_dir = is_dir;
}

static uint32_t table_get(const struct whet_ignore *set, const struct whet_ignore_table *table,
                          const char *text, size_t len, uint32_t hash, bool is_dir)
{
    if (table->slots == NULL)
        return 0;
    for (uint32_t i = hash & table->mask;; i = (i + 1) & table->mask) {
        const struct whet_ignore_slot *slot = &table->slots[i];
        uint32_t any = slot->any, dir = slot->dir;
        const struct whet_ignore_rule *rule;

        if (any == 0 && dir == 0)
            return 0;
        if (slot->hash != hash)
            continue;
        rule = &set->rules[(any != 0 ? any : dir) - 1];
        if (rule->text_len == len && memcmp(rule->text, text, len) == 0)
            return is_dir && dir > any ? dir : any;
    }
}

static bool other_matches(const struct whet_ignore_rule *rule,
                          const struct whet_ignore_name *name)
{
    if (rule->dir_only && !name->is_dir)
        return false;
    if (rule->kind == WHET_IGNORE_GLOB)
        return whet__glob_match(&rule->glob, name->text, name->len);
    if (rule->text_len > name->len)
        return false;
    if (rule->kind == WHET_IGNORE_PREFIX)
        return memcmp(name->text, rule->text, rule->text_len) == 0;
    return memcmp(name->text + name->len - rule->text_len, rule->text, rule->text_len) == 0;
}

uint32_t whet__ignore_match_name(const struct whet_ignore *set,
                                 const struct whet_ignore_name *name)
{
    uint32_t best =
        table_get(set, &set->names, name->text, name->len, name->hash, name->is_dir);

    if (name->ending_len > 0) {
        uint32_t ending =
            table_get(set, &set->endings, name->text + name->len - name->ending_len,
                      name->ending_len, name->ending_hash, name->is_dir);

        best = ending > best ? ending : best;
    }
    for (uint32_t i = 0; i < set->other_count && set->others[i] >= best; i++) {
        if (other_matches(&set->rules[set->others[i]], name))
            return set->others[i] + 1;
    }
    return best;
}

bool whet__ignore_path_lives(const struct whet_ignore_rule *rule, const char *folder,
                             size_t len, uint32_t depth)
{
    if (rule->deep ? depth < rule->slashes : depth != rule->slashes)
        return false;
    return memcmp(rule->text, folder, rule->text_len < len ? rule->text_len : len) == 0;
}

bool whet__ignore_path_match(const struct whet_ignore_rule *rule, const char *path,
                             size_t folder_len, size_t len, bool is_dir)
{
    size_t known = rule->text_len < folder_len ? rule->text_len : folder_len;

    if ((rule->dir_only && !is_dir) || rule->text_len > len)
        return false;
    if (memcmp(rule->text + known, path + known, rule->text_len - known) != 0)
        return false;
    if (rule->glob.step_count == 0)
        return rule->text_len == len;
    return whet__glob_match(&rule->glob, path + rule->text_len, len - rule->text_len);
}
