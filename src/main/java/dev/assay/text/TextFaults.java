package dev.assay.text;

import dev.assay.InvalidInputException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.zip.ZipException;

/** Turns what goes wrong inside the bytes of a text file into a sentence that names the file. */
record TextFaults(Path path) {
    /** A read. */
    interface Read<T> {
        T run() throws IOException;
    }

    <T> T guard(Read<T> read) throws IOException {
        try {
            return read.run();
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(path + ": found bytes that are not UTF-8, expected UTF-8 text", e);
        } catch (ZipException | EOFException e) {
            throw new InvalidInputException(
                    path + ": the gzip data is damaged or cut off, expected a whole .gz file", e);
        }
    }
}
