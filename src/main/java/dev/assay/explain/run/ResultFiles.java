package dev.assay.explain.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.FolderLock;
import dev.assay.io.JsonLines;
import dev.assay.run.StoredExplanations;
import java.io.IOException;
import java.nio.file.Path;

/** Receives results, one object each. */
interface ResultFiles extends AutoCloseable {
    /** Discards results, for dry runs. */
    ResultFiles NONE = new ResultFiles() {
        @Override
        public void explanation(ObjectNode line) {}

        @Override
        public void score(ObjectNode line) {}

        @Override
        public void close() {}
    };

    void explanation(ObjectNode line) throws IOException;

    void score(ObjectNode line) throws IOException;

    @Override
    void close() throws IOException;

    /** Appends to the files of a folder, which is locked until the files are closed. */
    static ResultFiles in(Path folder) throws IOException {
        FolderLock lock = FolderLock.in(folder);
        try {
            JsonLines explanations = JsonLines.append(folder.resolve(StoredExplanations.EXPLANATIONS));
            JsonLines scores = JsonLines.append(folder.resolve(StoredExplanations.SCORES));
            return new ResultFiles() {
                @Override
                public void explanation(ObjectNode line) throws IOException {
                    explanations.write(line);
                }

                @Override
                public void score(ObjectNode line) throws IOException {
                    scores.write(line);
                }

                @Override
                public void close() throws IOException {
                    explanations.close();
                    scores.close();
                    lock.close();
                }
            };
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }
}
