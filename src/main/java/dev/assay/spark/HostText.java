package dev.assay.spark;

import dev.assay.run.TextDescription;
import dev.assay.spark.internal.file.HadoopText;
import dev.assay.spark.internal.file.HostCache;
import dev.assay.text.Corpus;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.document.TextSource;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * A text whose remote sources are copied to the disk of each host.
 *
 * @param text the text as it was described
 * @param remote the remote sources by their index in the list of sources; null for a source that every host has
 */
record HostText(TextDescription text, List<HadoopText> remote) implements Serializable {
    /** Lists the files of the remote sources. */
    static HostText of(TextDescription text, Configuration configuration) throws IOException {
        List<HadoopText> remote = new ArrayList<>();
        for (String source : text.sources()) {
            remote.add(HadoopText.isUri(source) ? HadoopText.of(source, configuration) : null);
        }
        return new HostText(text, remote);
    }

    /** Returns the corpus, whose description has the URIs of remote sources. */
    Corpus corpus(Tokenizer tokenizer) throws IOException {
        if (remote.stream().allMatch(source -> source == null)) {
            return text.corpus(tokenizer);
        }
        List<String> sources = new ArrayList<>(text.sources());
        for (int i = 0; i < sources.size(); i++) {
            if (remote.get(i) != null) {
                sources.set(i, remote.get(i).local());
            }
        }
        Corpus local = text.withSources(sources).corpus(tokenizer);
        String description = local.source().description();
        for (HadoopText source : remote) {
            if (source != null) {
                description = source.described(description, HostCache.ofHost().text(source));
            }
        }
        return withoutShuffling().corpus(tokenizer, new Described(local.source(), description));
    }

    /** The source of the local corpus is shuffled. */
    private TextDescription withoutShuffling() {
        return new TextDescription(
                text.sources(),
                text.field(),
                text.contextLength(),
                text.bos(),
                text.heldOutEvery(),
                text.chunkCharacters(),
                text.heldOutBy(),
                0,
                text.seed());
    }

    private record Described(TextSource source, String description) implements TextSource {
        @Override
        public DocumentReader open() throws IOException {
            return source.open();
        }
    }
}
