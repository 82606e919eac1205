package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.explain.llm.Budget;
import dev.assay.explain.llm.ChatTemplate;
import dev.assay.explain.llm.InProcessModel;
import dev.assay.explain.llm.LanguageModel;
import dev.assay.explain.llm.OpenAiModel;
import dev.assay.explain.llm.ServerProfile;
import dev.assay.model.HookedTransformer;
import java.io.IOException;
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

    /** A language model and the weights to close after use. */
    record Opened(LanguageModel model, Optional<HookedTransformer> weights) implements AutoCloseable {
        @Override
        public void close() {
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
                .budget(new Budget(
                        mostRequests == null ? Long.MAX_VALUE : mostRequests,
                        mostTokens == null ? Long.MAX_VALUE : mostTokens));
        if (profile != null) {
            builder.profile(profile);
        }
        if (contextTokens != null) {
            builder.contextTokens(contextTokens);
        }
        return new Opened(builder.build(), Optional.empty());
    }

    private ChatTemplate chatTemplate() {
        return List.of(ChatTemplate.PLAIN, ChatTemplate.CHATML, ChatTemplate.LLAMA3).stream()
                .filter(known -> known.name().equals(template))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException(
                        "--chat-template is \"" + template + "\", expected plain, chatml or llama3"));
    }
}
