package dev.assay.model.config;

/** The {@code model_type} in config.json of the built-in model families. */
public final class ModelTypes {
    /** Gemma 2. */
    public static final String GEMMA2 = "gemma2";

    /** The text model of Gemma 3. */
    public static final String GEMMA3_TEXT = "gemma3_text";

    /** GPT-2. */
    public static final String GPT2 = "gpt2";

    /** GPT-NeoX and Pythia. */
    public static final String GPT_NEOX = "gpt_neox";

    /** Llama 2 and 3. */
    public static final String LLAMA = "llama";

    /** Mistral. */
    public static final String MISTRAL = "mistral";

    /** Phi-1, Phi-1.5 and Phi-2. */
    public static final String PHI = "phi";

    /** Qwen2. */
    public static final String QWEN2 = "qwen2";

    /** Qwen3. */
    public static final String QWEN3 = "qwen3";

    private ModelTypes() {}
}
