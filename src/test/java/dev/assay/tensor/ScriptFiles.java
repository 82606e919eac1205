package dev.assay.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes TorchScript files without Python. */
public final class ScriptFiles {
    /** First lines of every module. */
    private static final String HEAD = """
            class Operations(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              _is_full_backward_hook : Optional[bool]
            """;

    private ScriptFiles() {}

    /**
     * Writes a file.
     *
     * @param file where
     * @param methods in serialized TorchScript, not indented; {@code self} stands without its type
     * @return the file
     */
    public static Path write(Path file, String methods) throws IOException {
        String typed = methods.replace("(self", "(self: __torch__.Operations");
        return Files.write(file, OperationsArchive.of(HEAD + typed.indent(2)));
    }
}
