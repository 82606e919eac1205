package dev.assay.cli;

import ai.djl.engine.EngineException;
import dev.assay.InvalidInputException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Converts an exception of a command to an error message and an exit code. */
final class ErrorReporter {
    /** Exit code for invalid input. */
    static final int UNUSABLE_INPUT = 2;
    /** Exit code for a bug in Assay: EX_SOFTWARE of sysexits.h. */
    static final int BUG = 70;
    /** Parts of PyTorch's messages for arrays that exceed the memory of the system or of a GPU. */
    private static final List<String> NATIVE_MEMORY = List.of("can't allocate memory", "CUDA out of memory");

    private ErrorReporter() {}

    static int report(Throwable failure, PrintWriter err) {
        String sentence = sentence(failure);
        if (sentence == null) {
            failure.printStackTrace(err);
            err.println("assay: this is a bug in Assay; please report it with the lines above");
            return BUG;
        }
        err.println("assay: " + sentence.lines().findFirst().orElse(""));
        return UNUSABLE_INPUT;
    }

    /** Returns the message of a failure that is not a bug; null for a bug. */
    private static String sentence(Throwable failure) {
        if (failure instanceof UnmatchedArgumentException unmatched) {
            return UnknownArguments.sentence(
                    unmatched.getCommandLine(), unmatched.getUnmatched().get(0));
        }
        if (failure instanceof InvalidInputException || failure instanceof ParameterException) {
            return failure.getMessage();
        }
        if (failure instanceof OutOfMemoryError heap) {
            return "out of memory (" + heap.getMessage()
                    + "); use smaller batches, or raise Java's limit with JDK_JAVA_OPTIONS=-Xmx8g";
        }
        if (failure instanceof EngineException) {
            String message = String.valueOf(failure.getMessage());
            Optional<String> memory =
                    NATIVE_MEMORY.stream().filter(message::contains).findFirst();
            if (memory.isPresent()) {
                return "out of memory (PyTorch: " + memory.get() + "); use smaller batches";
            }
        }
        if (failure instanceof UncheckedIOException unchecked) {
            // A message that only repeats the cause starts with the name of its class.
            return unchecked.getCause().toString().equals(unchecked.getMessage())
                    ? sentence(unchecked.getCause())
                    : unchecked.getMessage() + ": " + unchecked.getCause().getMessage();
        }
        if (failure instanceof InvalidPathException path) {
            return "\"" + path.getInput().replace('\0', '?') + "\" is not a path: " + path.getReason();
        }
        return failure instanceof IOException io ? sentence(io) : null;
    }

    private static String sentence(IOException failure) {
        // The messages of these exceptions are the bare paths.
        if (failure instanceof NoSuchFileException missing) {
            return "no such file: " + missing.getFile();
        }
        if (failure instanceof AccessDeniedException denied) {
            return "no permission for " + denied.getFile();
        }
        if (failure instanceof NotDirectoryException file) {
            return file.getFile() + " is not a folder";
        }
        if (failure instanceof FileAlreadyExistsException existing) {
            return existing.getFile() + " already exists";
        }
        if (failure instanceof DirectoryNotEmptyException folder) {
            return "the folder " + folder.getFile() + " is not empty";
        }
        if (failure instanceof FileSystemLoopException loop) {
            return loop.getFile() + " is a symbolic link to a folder above it";
        }
        if (failure instanceof FileSystemException || failure instanceof FileNotFoundException) {
            return failure.getMessage();
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
