package dev.assay.text;

import dev.assay.text.document.Document;
import dev.assay.text.document.DocumentReader;
import dev.assay.text.tokenizer.TokenRun;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;

/** Tokenises the documents of one split of a corpus while they are read. */
final class DocumentTokens implements TokenRun.Stream {
    private final Tokenizer tokenizer;
    private final Split split;
    private final HoldOut holdOut;
    private final DocumentReader reader;
    private long index;

    DocumentTokens(Corpus corpus, Split split) throws IOException {
        this.tokenizer = corpus.tokenizer();
        this.split = split;
        this.holdOut = corpus.holdOut();
        this.reader = corpus.documents().open();
    }

    @Override
    public TokenRun next() throws IOException {
        for (Document document = reader.next(); document != null; document = reader.next()) {
            long here = index++;
            if (split.includes(holdOut, here, document::text)) {
                return new TokenRun(tokenizer.encode(document.text()), null, here, document.file());
            }
        }
        return null;
    }

    @Override
    public void seek(long document) throws IOException {
        if (index < document) {
            index += reader.skip(document - index);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
