package dev.assay.verify;

import dev.assay.io.JsonObject;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a reference edited the model.
 *
 * @param steer the site that a vector was added to
 * @param ablate the site that was replaced by zeros
 */
record EditedSites(HookPoint steer, HookPoint ablate) {
    /** Reads {@code meta.json} beside a file of expected values; without one, block 1 was edited (0 where it is the only one). */
    static EditedSites beside(Path expected, HookedTransformer model) throws IOException {
        Path meta = expected.resolveSibling("meta.json");
        int block = Math.min(1, model.config().layers() - 1);
        HookPoint steer = HookPoint.residPost(block);
        HookPoint ablate = HookPoint.mlpOut(block);
        if (!Files.exists(meta)) {
            return new EditedSites(steer, ablate);
        }
        JsonObject json = JsonObject.read(meta);
        return new EditedSites(read(json, "steer", steer), read(json, "ablate", ablate));
    }

    private static HookPoint read(JsonObject json, String edit, HookPoint otherwise) {
        return json.has(edit) ? HookPoint.parse(json.object(edit).text("hook")) : otherwise;
    }
}
