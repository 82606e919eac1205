package dev.assay.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleNamesTest {
    @ParameterizedTest
    @CsvSource({
        "layers.2, blocks.2.hook_resid_post",
        "gpt_neox.layers.2, blocks.2.hook_resid_post",
        "model.layers.12, blocks.12.hook_resid_post",
        "model.language_model.layers.3, blocks.3.hook_resid_post",
        "language_model.model.layers.3, blocks.3.hook_resid_post",
        "transformer.h.1, blocks.1.hook_resid_post",
        "h.1, blocks.1.hook_resid_post",
        "resid_post_layer_4, blocks.4.hook_resid_post",
        "layers.2.attention, blocks.2.hook_attn_out",
        "gpt_neox.layers.2.attention.dense, blocks.2.hook_attn_out",
        "layers.2.self_attn, blocks.2.hook_attn_out",
        "model.layers.2.self_attn.o_proj, blocks.2.hook_attn_out",
        "h.1.attn, blocks.1.hook_attn_out",
        "h.1.attn.c_proj, blocks.1.hook_attn_out",
        "model.layers.3.mlp, blocks.3.hook_mlp_out",
        "transformer.h.0.mlp.c_proj, blocks.0.hook_mlp_out",
        "model.layers.3.mlp.down_proj, blocks.3.hook_mlp_out",
        "gpt_neox.layers.3.mlp.act, blocks.3.mlp.hook_post",
        "model.layers.3.mlp.gate_proj, blocks.3.mlp.hook_pre",
        "model.layers.3.mlp.up_proj, blocks.3.mlp.hook_pre_linear",
        "model.layers.3.self_attn.q_proj, blocks.3.attn.hook_q",
        "transformer.wte, hook_embed",
        "gpt_neox.embed_in, hook_embed",
        "model.embed_tokens, hook_embed"
    })
    void mapsModulesOfAllFamiliesToHookPoints(String module, String site) {
        assertEquals(Optional.of(site), ModuleNames.output(module));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "blocks.2.hook_resid_post",
                "model.layers.2.input_layernorm",
                "model.layers.2.mlp.act_fn",
                "model.norm",
                "layers",
                "layers.x",
                "layers.2.",
                "encoder.2",
                ""
            })
    void mapsNoOtherNames(String name) {
        assertEquals(Optional.empty(), ModuleNames.output(name));
    }

    @Test
    void onlyTheInputOfABlockIsAHookPoint() {
        assertEquals(Optional.of("blocks.2.hook_resid_pre"), ModuleNames.input("gpt_neox.layers.2"));
        assertEquals(Optional.empty(), ModuleNames.input("gpt_neox.layers.2.mlp"));
    }
}
