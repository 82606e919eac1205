package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.explain.llm.Ability;
import dev.assay.explain.llm.Budget;
import dev.assay.explain.llm.ChatTemplate;
import dev.assay.explain.llm.InProcessModel;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.llm.OpenAiModel;
import dev.assay.explain.llm.ReasoningAllowance;
import dev.assay.explain.llm.RequestLimits;
import dev.assay.explain.llm.ServerProfile;
import dev.assay.model.HookedTransformer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The language model that explains and judges: one of a server, or one of this process. */
final class LanguageModelOptions {
    @Option(
            names = "--server",
            paramLabel = "URL",
            description =
                    "server with OpenAI's interface, such as http://localhost:8080; the key is read from the environment variable"
                            + " ASSAY_API_KEY, for OpenAI OPENAI_API_KEY")
    private String server;

    @Option(names = "--model", paramLabel = "NAME", description = "name of the language model on the server")
    private String model;

    @Option(
            names = "--server-profile",
            paramLabel = "NAME",
            description = "kind of server: ${COMPLETION-CANDIDATES} (default: guessed from the address)")
    private ServerProfile profile;

    @Option(
            names = "--local",
            paramLabel = "MODEL",
            description =
                    "language model of this process in place of a server: folder of a Hugging Face model or hub name")
    private String local;

    @Option(
            names = "--chat-template",
            paramLabel = "NAME",
            defaultValue = "chatml",
            description = "chat template of --local: plain, chatml or llama3 (default ${DEFAULT-VALUE})")
    private String template;

    @Option(
            names = "--max-requests",
            paramLabel = "N",
            description = "stop after this number of requests to the server; rerun the command to continue")
    private Long mostRequests;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "stop after this number of tokens of prompts and answers")
    private Long mostTokens;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "4",
            description = "number of concurrent requests to the server (default ${DEFAULT-VALUE})")
    private int concurrency;

    @Option(
            names = "--context-tokens",
            paramLabel = "N",
            description = "size of the context of the server's model; needed for Ollama, which cuts longer prompts")
    private Integer contextTokens;

    @Option(
            names = "--reasoning-tokens",
            paramLabel = "N",
            description = "tokens that each answer may have in addition, for models that reason before they answer")
    private Integer reasoningTokens;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "time limit of one try of a request to the server (default ${DEFAULT-VALUE})")
    private int timeout;

    @Option(
            names = "--key-variable",
            paramLabel = "NAME",
            description =
                    "environment variable with the key of the server, in place of ASSAY_API_KEY or OPENAI_API_KEY")
    private String keyVariable;

    @Option(
            names = "--omit",
            paramLabel = "FIELD",
            split = ",",
            description = "leave fields out of the requests that the server rejects, such as temperature,seed")
    private List<String> omitted = List.of();

    @Option(
            names = "--without",
            paramLabel = "ABILITY",
            split = ",",
            description =
                    "abilities that the server lacks: ${COMPLETION-CANDIDATES}; their fields are left out of the requests")
    private List<Ability> lacking = List.of();

    /** A language model and the weights to close after use. */
    record Opened(LanguageModel model, Optional<HookedTransformer> weights) implements AutoCloseable {
        @Override
        public void close() {
            if (model instanceof InProcessModel local) {
                local.close();
            }
            weights.ifPresent(HookedTransformer::close);
        }
    }

    /** Returns whether a language model was named. */
    boolean isSet() {
        return server != null || local != null || model != null;
    }

    Opened open() throws IOException {
        InvalidInputException.require(
                local == null || server == null && model == null,
                "--local is given together with --server or --model, expected one language model");
        if (local != null) {
            ChatTemplate chat = chatTemplate();
            HookedTransformer weights = HookedTransformer.load(local);
            return new Opened(InProcessModel.of(weights, chat), Optional.of(weights));
        }
        InvalidInputException.require(
                server != null && model != null,
                () -> (server == null ? "--model is given without --server" : "--server is given without --model")
                        + ", expected both");
        OpenAiModel.Builder builder = OpenAiModel.builder(server, model)
                .concurrency(concurrency)
                .limits(RequestLimits.USUAL.withTimeout(Duration.ofSeconds(timeout)))
                .budget(new Budget(
                        mostRequests == null ? Long.MAX_VALUE : mostRequests,
                        mostTokens == null ? Long.MAX_VALUE : mostTokens));
        if (profile != null) {
            builder.profile(profile);
        }
        omitted.forEach(builder::omit);
        lacking.forEach(builder::without);
        if (keyVariable != null) {
            builder.keyVariable(keyVariable);
        }
        if (contextTokens != null) {
            builder.contextTokens(contextTokens);
        }
        return new Opened(builder.build(), Optional.empty());
    }

    /** Raises the limits of tokens of a model with a cache, as the options say. */
    LanguageModel withReasoning(LanguageModel cached) {
        return reasoningTokens == null ? cached : ReasoningAllowance.of(cached, reasoningTokens);
    }

    private ChatTemplate chatTemplate() {
        return List.of(ChatTemplate.PLAIN, ChatTemplate.CHATML, ChatTemplate.LLAMA3).stream()
                .filter(known -> known.name().equals(template))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException(
                        "--chat-template is \"" + template + "\", expected plain, chatml or llama3"));
    }
}
