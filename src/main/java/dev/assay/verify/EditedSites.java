package dev.assay.verify;

import dev.assay.io.JsonObject;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The sites at which a reference edited the model.
 *
 * @param steer the site at which a vector was added
 * @param ablate the site that was set to zero
 */
record EditedSites(HookPoint steer, HookPoint ablate) {
    /** Reads {@code meta.json} next to a file of expected values; without one, the sites are in block 1 (0 in a model of one block). */
    static EditedSites read(Path expected, HookedTransformer model) throws IOException {
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
