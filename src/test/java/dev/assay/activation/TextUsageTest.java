package dev.assay.activation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Scope;
import dev.assay.text.Corpus;
import dev.assay.text.document.TextSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextUsageTest {
    @Test
    void sourceCountsTheTokensReadFromEachFile(@TempDir Path folder) throws IOException {
        Path first = Files.writeString(folder.resolve("first.txt"), "the model reads ".repeat(400));
        Path second = Files.writeString(folder.resolve("second.txt"), "another text ".repeat(1000));
        Path third = Files.writeString(folder.resolve("third.txt"), "never read");
        try (HookedTransformer model = Fixtures.load("gpt_neox")) {
            Corpus corpus = Corpus.of(model.tokenizer(), TextSource.files(List.of(first, second, third)))
                    .contextLength(32)
                    .heldOutEvery(0)
                    .build();
            ModelActivationSource source = ActivationSource.of(model, HookPoint.residPost(0), corpus);
            assertEquals(
                    Map.of("first.txt", 0L, "second.txt", 0L, "third.txt", 0L),
                    source.usage().perFile());
            int inFirst = model.tokenizer().encode(Files.readString(first)).length;
            long rows = 0;
            try (ActivationStream stream = source.open(StreamPosition.START);
                    Scope scope = Scope.open()) {
                while (rows < inFirst + 100) {
                    rows += stream.next().tokens().length;
                }
            }
            assertEquals(
                    Map.of("first.txt", (long) inFirst, "second.txt", rows - inFirst, "third.txt", 0L),
                    source.usage().perFile());
            assertEquals(
                    String.format(
                            Locale.ROOT,
                            "first.txt %,d tokens, second.txt %,d tokens, third.txt 0 tokens",
                            inFirst,
                            rows - inFirst),
                    source.usage().summary());
        }
    }
}
