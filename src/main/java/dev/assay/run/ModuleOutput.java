package dev.assay.run;

import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.sae.SaeMetadata;
import java.util.Map;

/** The output of a Hugging Face module in one model. In some families a norm separates it from the hook point of its name. */
final class ModuleOutput {
    private static final Map<Kind, Kind> FOLLOWING_NORMS =
            Map.of(Kind.ATTN_OUT, Kind.LN1_POST_NORMALIZED, Kind.MLP_OUT, Kind.LN2_POST_NORMALIZED);

    private ModuleOutput() {}

    /**
     * Fails if the site of a dictionary was named by a module whose output is not the activation at that site.
     *
     * @throws InvalidInputException if a norm follows the module in this model
     */
    static void require(HookedTransformer model, SaeMetadata metadata) {
        metadata.hookModule().ifPresent(module -> {
            HookPoint point = HookPoint.parse(module);
            Kind norm = FOLLOWING_NORMS.get(point.kind());
            if (norm != null && model.has(new HookPoint(norm, point.block()))) {
                throw new InvalidInputException("the dictionary is for the output of the module " + module + ", which "
                        + model.name() + " passes through a norm before " + point
                        + ", so there is no hook point for it; expected another site (--site)");
            }
        });
    }
}
