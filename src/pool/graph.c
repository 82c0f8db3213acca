/* Tasks with needs. Expected load: a thousand commands of a build, a few needs each; at
 * most some 100,000. A node is submitted by the one that it waited for last. */
#include <whet/pool.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/vec.h"

#define NONE     SIZE_MAX
#define TEXT_MAX ((size_t)1 << 16)

/* One need, in the list of the node that is needed. */
struct edge {
    size_t before, after;
    size_t next; /* the next edge of `before`; NONE */
};

struct node {
    struct whet_task task;
    char *name;
    size_t edges; /* the first; NONE */
    size_t needs;
    int result;
    atomic_size_t open; /* needs that have not ended */
    atomic_int refused; /* one of them did not answer 0 */
    struct node *ready; /* the next one for the same thread */
};

struct whet_graph {
    struct whet_vec nodes; /* of struct node * */
    struct whet_vec edges; /* of struct edge */
    /* of the run under way */
    struct whet_group *group;
    const struct whet_token *token;
};

int whet_graph_new(struct whet_graph **out)
{
    struct whet_graph *g = whet__mem_zalloc(1, sizeof(*g));

    if (g == NULL)
        return -ENOMEM;
    whet__vec_init(&g->nodes, sizeof(struct node *), UINT32_MAX);
    whet__vec_init(&g->edges, sizeof(struct edge), UINT32_MAX);
    *out = g;
    return 0;
}

static struct node *node_at(const struct whet_graph *g, size_t id)
{
    return ((struct node **)g->nodes.items)[id];
}

static struct edge *edge_at(const struct whet_graph *g, size_t index)
{
    return &((struct edge *)g->edges.items)[index];
}

static void node_free(struct node *n)
{
    if (n != NULL)
        whet__mem_free(n->name);
    whet__mem_free(n);
}

void whet_graph_free(struct whet_graph *graph)
{
    if (graph == NULL)
        return;
    for (size_t i = 0; i < graph->nodes.len; i++)
        node_free(node_at(graph, i));
    whet__vec_clear(&graph->nodes);
    whet__vec_clear(&graph->edges);
    whet__mem_free(graph);
}

int whet_graph_add(struct whet_graph *graph, const char *name, const struct whet_task *task,
                   size_t *id)
{
    struct node *n = whet__mem_zalloc(1, sizeof(*n)), **place;

    if (n != NULL)
        n->name = whet__mem_strdup(name);
    place = n != NULL && n->name != NULL ? whet__vec_push(&graph->nodes) : NULL;
    if (place == NULL) {
        node_free(n);
        return -ENOMEM;
    }
    n->task = *task;
    n->edges = NONE;
    n->result = -ECANCELED;
    *place = n;
    *id = graph->nodes.len - 1;
    return 0;
}

int whet_graph_need(struct whet_graph *graph, size_t id, size_t needed)
{
    struct edge *e;

    if (id >= graph->nodes.len || needed >= graph->nodes.len)
        return -EINVAL;
    e = whet__vec_push(&graph->edges);
    if (e == NULL)
        return -ENOMEM;
    *e = (struct edge){needed, id, node_at(graph, needed)->edges};
    node_at(graph, needed)->edges = graph->edges.len - 1;
    node_at(graph, id)->needs++;
    return 0;
}

int whet_graph_result(const struct whet_graph *graph, size_t id)
{
    return id < graph->nodes.len ? node_at(graph, id)->result : -EINVAL;
}

/* ---- Is there an order? ---- */

static void nodes_reset(struct whet_graph *g)
{
    for (size_t i = 0; i < g->nodes.len; i++) {
        struct node *n = node_at(g, i);

        atomic_store_explicit(&n->open, n->needs, memory_order_relaxed);
        atomic_store_explicit(&n->refused, 0, memory_order_relaxed);
        n->result = -ECANCELED;
    }
}

/* Puts nodes in `order` as their needs allow (Kahn 1962); how many could be. The others have
 * open needs left. */
static size_t order_find(struct whet_graph *g, size_t *order)
{
    size_t found = 0;

    nodes_reset(g);
    for (size_t i = 0; i < g->nodes.len; i++) {
        if (node_at(g, i)->needs == 0)
            order[found++] = i;
    }
    for (size_t i = 0; i < found; i++) {
        for (size_t e = node_at(g, order[i])->edges; e != NONE; e = edge_at(g, e)->next) {
            if (atomic_fetch_sub(&node_at(g, edge_at(g, e)->after)->open, 1) == 1)
                order[found++] = edge_at(g, e)->after;
        }
    }
    return found;
}

static int is_stuck(const struct whet_graph *g, size_t id)
{
    return atomic_load_explicit(&node_at(g, id)->open, memory_order_relaxed) != 0;
}

/* Each stuck node needs another: the one with the lowest number goes into `need`. */
static void stuck_needs(const struct whet_graph *g, size_t *need)
{
    for (size_t i = 0; i < g->nodes.len; i++)
        need[i] = NONE;
    for (size_t e = 0; e < g->edges.len; e++) {
        const struct edge *edge = edge_at(g, e);

        if (is_stuck(g, edge->before) && edge->before < need[edge->after])
            need[edge->after] = edge->before;
    }
}

/* A node of a circle: after as many steps as there are nodes the way is inside one. The
 * lowest of that circle, so that the answer is always the same. */
static size_t circle_start(const struct whet_graph *g, const size_t *need)
{
    size_t at = 0, first;

    while (!is_stuck(g, at))
        at++;
    for (size_t i = 0; i < g->nodes.len; i++)
        at = need[at];
    first = at;
    for (size_t i = need[at]; i != at; i = need[i])
        first = i < first ? i : first;
    return first;
}

static int circle_name(const struct whet_graph *g, size_t *need, struct whet_error *err)
{
    struct whet_text text;
    size_t first, at;

    stuck_needs(g, need);
    first = at = circle_start(g, need);
    whet__text_init(&text, TEXT_MAX);
    do {
        whet__text_printf(&text, "'%s' -> ", node_at(g, at)->name);
        at = need[at];
    } while (at != first && whet__text_error(&text) == 0);
    whet_error_set(err, -ELOOP, "each needs the next, in a circle: %s'%s'",
                   whet__text_str(&text), node_at(g, first)->name);
    whet__text_clear(&text);
    return -ELOOP;
}

static int order_check(struct whet_graph *g, struct whet_error *err)
{
    size_t *order;
    int rc = 0;

    if (g->nodes.len == 0)
        return 0;
    order = whet__mem_zalloc(g->nodes.len, sizeof(*order));
    if (order == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory");
    if (order_find(g, order) != g->nodes.len)
        rc = circle_name(g, order, err);
    whet__mem_free(order);
    return rc;
}

/* ---- Running ---- */

static int node_task(void *ctx, void *arg, unsigned worker);

/* To the pool, or to this thread's own list when there is no memory for that. */
static void node_submit(struct whet_graph *g, struct node *n, struct node **ready)
{
    const struct whet_task task = {.run = node_task,
                                   .ctx = g,
                                   .arg = n,
                                   .priority = n->task.priority,
                                   .size = n->task.size};

    if (whet_group_submit(g->group, &task) == 0)
        return;
    n->ready = *ready;
    *ready = n;
}

static void node_run(struct whet_graph *g, struct node *n, unsigned worker)
{
    int rc = whet_token_check(g->token);

    if (atomic_load_explicit(&n->refused, memory_order_relaxed))
        rc = -ECANCELED;
    if (rc == 0)
        rc = n->task.run(n->task.ctx, n->task.arg, worker);
    n->result = rc;
    if (n->task.result != NULL)
        *n->task.result = rc;
}

/* Tells those that need it. */
static void node_end(struct whet_graph *g, const struct node *n, struct node **ready)
{
    for (size_t e = n->edges; e != NONE; e = edge_at(g, e)->next) {
        struct node *after = node_at(g, edge_at(g, e)->after);

        if (n->result != 0)
            atomic_store_explicit(&after->refused, 1, memory_order_relaxed);
        if (atomic_fetch_sub(&after->open, 1) == 1)
            node_submit(g, after, ready);
    }
}

static void run_ready(struct whet_graph *g, struct node *ready, unsigned worker)
{
    while (ready != NULL) {
        struct node *n = ready;

        ready = n->ready;
        node_run(g, n, worker);
        node_end(g, n, &ready);
    }
}

static int node_task(void *ctx, void *arg, unsigned worker)
{
    struct node *n = arg;

    n->ready = NULL;
    run_ready(ctx, n, worker);
    return 0;
}

/* The first task: those that need nothing, the last first, so that a worker alone takes the
 * first. */
static int graph_task(void *ctx, void *arg, unsigned worker)
{
    struct whet_graph *g = ctx;
    struct node *ready = NULL;

    (void)arg;
    for (size_t i = g->nodes.len; i-- > 0;) {
        if (node_at(g, i)->needs == 0)
            node_submit(g, node_at(g, i), &ready);
    }
    run_ready(g, ready, worker);
    return 0;
}

int whet_graph_run(struct whet_graph *graph, struct whet_pool *pool,
                   const struct whet_group_options *options, struct whet_error *err)
{
    const struct whet_task first = {.run = graph_task, .ctx = graph};
    struct whet_group_options group = {NULL, NULL, NULL};
    int rc = order_check(graph, err);

    if (rc != 0)
        return rc;
    nodes_reset(graph);
    if (options != NULL) {
        group.tick = options->tick;
        group.ctx = options->ctx;
    }
    graph->token = options != NULL ? options->token : NULL; /* each node must hear of it */
    rc = whet_group_new(&graph->group, pool, &group);
    if (rc != 0)
        return whet_error_set(err, rc, "out of memory");
    rc = whet_group_submit(graph->group, &first);
    if (rc == 0)
        rc = whet_group_wait(graph->group);
    else
        whet_error_set(err, rc, "out of memory");
    whet_group_free(graph->group);
    graph->group = NULL;
    return rc;
}
