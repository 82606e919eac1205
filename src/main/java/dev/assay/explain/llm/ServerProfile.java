package dev.assay.explain.llm;

import java.net.URI;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Differences between servers with OpenAI's interface. */
public enum ServerProfile {
    /** OpenAI. */
    OPENAI("max_completion_tokens", EnumSet.of(Ability.JSON_SCHEMA, Ability.LOG_PROBABILITIES)),
    /** vLLM, which also returns the log-probabilities of prompts. */
    VLLM("max_tokens", EnumSet.allOf(Ability.class)),
    /** The server of llama.cpp. */
    LLAMA_CPP("max_tokens", EnumSet.of(Ability.JSON_SCHEMA, Ability.LOG_PROBABILITIES)),
    /** Ollama, which shortens long prompts without an error unless the request states the size of the context. */
    OLLAMA("max_tokens", EnumSet.of(Ability.JSON_SCHEMA, Ability.LOG_PROBABILITIES)),
    /** OpenRouter, whose abilities depend on the provider behind it. */
    OPENROUTER("max_tokens", EnumSet.of(Ability.JSON_SCHEMA, Ability.LOG_PROBABILITIES)),
    /** Any other server. */
    OTHER("max_tokens", EnumSet.of(Ability.JSON_SCHEMA, Ability.LOG_PROBABILITIES));

    private static final int PORT_OF_OLLAMA = 11434;

    private final String tokenLimit;
    private final Set<Ability> abilities;

    ServerProfile(String tokenLimit, Set<Ability> abilities) {
        this.tokenLimit = tokenLimit;
        this.abilities = abilities;
    }

    /** Returns the field of a request for the largest number of tokens in the answer. */
    String tokenLimit() {
        return tokenLimit;
    }

    /** Returns the abilities of a usual installation. */
    Set<Ability> abilities() {
        return Set.copyOf(abilities);
    }

    /**
     * Guesses the profile from an address.
     *
     * @param server the address
     * @return the profile of a known host or of Ollama's port, otherwise {@link #OTHER}
     */
    public static ServerProfile of(URI server) {
        String host = String.valueOf(server.getHost()).toLowerCase(Locale.ROOT);
        if (host.equals("api.openai.com")) {
            return OPENAI;
        }
        if (host.equals("openrouter.ai")) {
            return OPENROUTER;
        }
        return server.getPort() == PORT_OF_OLLAMA ? OLLAMA : OTHER;
    }
}
