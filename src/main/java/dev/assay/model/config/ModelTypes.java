package dev.assay.model.config;

/** Values of {@code model_type} in config.json for the supported model families. */
public final class ModelTypes {
    /** Gemma2. */
    public static final String GEMMA2 = "gemma2";

    /** Gemma3. */
    public static final String GEMMA3_TEXT = "gemma3_text";

    /** Gpt2. */
    public static final String GPT2 = "gpt2";

    /** GptNeoX. */
    public static final String GPT_NEOX = "gpt_neox";

    /** Llama. */
    public static final String LLAMA = "llama";

    /** Mistral. */
    public static final String MISTRAL = "mistral";

    /** Phi. */
    public static final String PHI = "phi";

    /** Qwen2. */
    public static final String QWEN2 = "qwen2";

    /** Qwen3. */
    public static final String QWEN3 = "qwen3";

    private ModelTypes() {}
}
