/* Our own form, as bench/result_json.h has it: every sample, and readable again. */
#include "bench/result_json.h"
#include "export/forms.h"

static int json_put(struct whet_text *out, const struct whet_report *report,
                    const struct whet_export_options *options)
{
    (void)options;
    return whet__report_put_json(out, report);
}

const struct whet_export whet__export_json = {
    .name = "json",
    .ending = ".json",
    .summary = "everything, every sample too; can be read again",
    .put = json_put,
};
