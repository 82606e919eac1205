package dev.assay.cli;

import dev.assay.InvalidInputException;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The passphrase of a sealed organism. */
final class AuditPassphrase {
    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "file whose first line is the passphrase (default: ask on the terminal)")
    private Path file;

    /** Reads the passphrase. */
    char[] read() throws IOException {
        if (file != null) {
            String line = Files.readString(file).lines().findFirst().orElse("");
            InvalidInputException.require(
                    !line.isEmpty(), () -> file + " has an empty first line, expected a passphrase");
            return line.toCharArray();
        }
        Console console = System.console();
        InvalidInputException.require(
                console != null, "there is no terminal to ask for the passphrase, expected --passphrase-file FILE");
        char[] typed = console.readPassword("Passphrase: ");
        InvalidInputException.require(
                typed != null && typed.length > 0, "the passphrase is empty, expected at least one character");
        return typed;
    }
}
