package dev.assay.checkpoint;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Maps names of Hugging Face modules, such as {@code gpt_neox.layers.3.mlp}, to names of hook points, such as
 * {@code blocks.3.hook_mlp_out}: the activation at the hook point is the output of the module. One map holds the modules of all model
 * families. Norms are not in it, because the activations at their hook points lack weight and bias.
 */
public final class ModuleNames {
    private static final Pattern BLOCK = Pattern.compile(
            "(?:(?:model|transformer|gpt_neox|language_model|text_model|decoder|base_model|backbone|module)\\.)*"
                    + "(?:layers|layer|h|blocks|block)\\.(\\d{1,6})(?:\\.(.+))?");
    private static final Pattern OUTSIDE = Pattern.compile(
            "(?:(?:model|transformer|gpt_neox|language_model|text_model|decoder|base_model|backbone|module)\\.)*(.+)");
    /** Names of submodules in dictionary_learning, such as {@code resid_post_layer_3}. */
    private static final Pattern SUBMODULE = Pattern.compile("(resid_post|attn_out|mlp_out)_layer_(\\d{1,6})");

    private static final String RESIDUAL = "hook_resid_post";
    private static final String ATTENTION = "hook_attn_out";
    private static final String FEED_FORWARD = "hook_mlp_out";
    private static final Map<String, String> PARTS = parts();
    private static final Map<String, String> EMBEDDINGS = Map.of(
            "wte", "hook_embed",
            "embed_in", "hook_embed",
            "embed_tokens", "hook_embed",
            "wpe", "hook_pos_embed");

    private ModuleNames() {}

    private static Map<String, String> parts() {
        Map<String, String> parts = new HashMap<>();
        for (String attention : List.of("attention", "self_attn", "attn", "self_attention")) {
            parts.put(attention, ATTENTION);
            for (String last : List.of("dense", "o_proj", "c_proj", "out_proj")) {
                parts.put(attention + "." + last, ATTENTION);
            }
            parts.put(attention + ".q_proj", "attn.hook_q");
            parts.put(attention + ".k_proj", "attn.hook_k");
            parts.put(attention + ".v_proj", "attn.hook_v");
        }
        for (String last : List.of("mlp", "mlp.down_proj", "mlp.c_proj", "mlp.dense_4h_to_h", "mlp.fc2")) {
            parts.put(last, FEED_FORWARD);
        }
        for (String first : List.of("mlp.gate_proj", "mlp.c_fc", "mlp.dense_h_to_4h", "mlp.fc1")) {
            parts.put(first, "mlp.hook_pre");
        }
        parts.put("mlp.up_proj", "mlp.hook_pre_linear");
        // The activation function of a gated layer, act_fn, is not a hook point: it precedes the product with the gate.
        parts.put("mlp.act", "mlp.hook_post");
        parts.put("mlp.activation_fn", "mlp.hook_post");
        return Map.copyOf(parts);
    }

    /**
     * Returns the hook point whose activation is the output of a module.
     *
     * @param module such as {@code model.layers.3}, {@code transformer.h.1.attn} or {@code layers.2.self_attn.o_proj}
     * @return the name of the hook point; empty if the name is not that of a module with a hook point
     */
    public static Optional<String> output(String module) {
        Matcher block = BLOCK.matcher(module);
        if (block.matches()) {
            String part = block.group(2);
            return Optional.ofNullable(part == null ? RESIDUAL : PARTS.get(part))
                    .map(site -> "blocks." + block.group(1) + "." + site);
        }
        Matcher submodule = SUBMODULE.matcher(module);
        if (submodule.matches()) {
            return Optional.of("blocks." + submodule.group(2) + ".hook_" + submodule.group(1));
        }
        Matcher outside = OUTSIDE.matcher(module);
        return outside.matches() ? Optional.ofNullable(EMBEDDINGS.get(outside.group(1))) : Optional.empty();
    }

    /**
     * Returns the hook point whose activation is the input of a module, for transcoders.
     *
     * @param module such as {@code model.layers.3}
     * @return the name of the hook point; empty if the input has none, such as that of a feed-forward layer, which follows the weight
     *     of a norm
     */
    public static Optional<String> input(String module) {
        Matcher block = BLOCK.matcher(module);
        return block.matches() && block.group(2) == null
                ? Optional.of("blocks." + block.group(1) + ".hook_resid_pre")
                : Optional.empty();
    }
}
