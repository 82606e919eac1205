package dev.assay.text.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DialogueFileTest {
    @TempDir
    private Path folder;

    private Path file(String... lines) throws IOException {
        Path file = folder.resolve("dialogues.jsonl");
        Files.writeString(file, String.join("\n", lines));
        return file;
    }

    @Test
    void readsTurnsAndPlainTexts() throws IOException {
        Path file = file(
                "{\"id\": 7, \"label\": \"watched\", \"turns\": [{\"role\": \"user\", \"text\": \"Tell me.\"}, "
                        + "{\"role\": \"tool-1\", \"text\": \"\"}], \"pair\": \"p\", \"group\": \"g\", \"more\": [1]}",
                "",
                "{\"label\": \"free\", \"text\": \"A text\"}"); // no line break at the end

        assertEquals(
                List.of(
                        new LabelledDialogue(
                                "7",
                                "watched",
                                "p",
                                "g",
                                Dialogue.of(new Turn(Role.USER, "Tell me."), new Turn(new Role("tool-1"), ""))),
                        new LabelledDialogue("dialogues.jsonl:3", "free", Dialogue.document("A text"))),
                DialogueFile.read(file));
    }

    @Test
    void readsWhatItWrote() throws IOException {
        List<LabelledDialogue> dialogues = List.of(
                new LabelledDialogue("a", "x", "pair 1", "", Dialogue.document("one\n\"two\" ü")),
                new LabelledDialogue(
                        "b", "y", "", "t", Dialogue.of(new Turn(Role.USER, "q"), new Turn(Role.ASSISTANT, "r"))));
        Path file = folder.resolve("written.jsonl");
        DialogueFile.write(file, dialogues);
        assertEquals(dialogues, DialogueFile.read(file));
    }

    @Test
    void readsCompressedFiles() throws IOException {
        Path file = folder.resolve("packed.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("{\"id\":\"1\",\"label\":\"a\",\"text\":\"t\"}\n".getBytes(StandardCharsets.UTF_8));
        }
        assertEquals(List.of(new LabelledDialogue("1", "a", Dialogue.document("t"))), DialogueFile.read(file));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "[1] # found JSON that is not an object, expected an object",
                "{\"text\": \"t\"} # label is missing, expected a string",
                "{\"label\": \"\", \"text\": \"t\"} # label is empty, expected a string",
                "{\"label\": [2], \"text\": \"t\"} # label is [2], expected a string",
                "{\"label\": \"a\"} # has neither text nor turns, expected one of them",
                "{\"label\": \"a\", \"text\": \"t\", \"turns\": []} # has both text and turns, expected one of them",
                "{\"label\": \"a\", \"turns\": []} # turns is [], expected a list of at least one turn",
                "{\"label\": \"a\", \"turns\": [5]} # turns[0] is 5, expected an object with role and text",
                "{\"label\": \"a\", \"turns\": [{\"text\": \"t\"}]} # turns[0].role is missing, expected a string",
                "{\"label\": \"a\", \"turns\": [{\"role\": \"user\"}]} # turns[0].text is missing, expected a string",
                "{\"label\": \"a\", \"text\": 3} # text is 3, expected a string",
                "{\"label\": \"a\", \"turns\": [{\"role\": \"User\", \"text\": \"t\"}]} # turns[0].role: the role is \"User\", expected a lower-case letter followed by lower-case letters, digits, \"_\" or \"-\"",
                "{\"label\": \"a\", \"turns\": [{\"role\": \"none\", \"text\": \"t\"}]} # turns[0].role: a turn has the role none, which is reserved for markers and padding",
                "{\"id\": \"one\", \"label\": \"a\", \"text\": \"t\"} # id is \"one\" as in line 1, expected an id of its own",
            })
    void errorsNameFileLineAndField(String line, String message) throws IOException {
        Path file = file("{\"id\": \"one\", \"label\": \"a\", \"text\": \"t\"}", line);
        InvalidInputException error = assertThrows(InvalidInputException.class, () -> DialogueFile.read(file));
        assertEquals(file + " line 2: " + message, error.getMessage());
    }

    @Test
    void missingAndEmptyFilesAreErrors() throws IOException {
        Path missing = folder.resolve("missing.jsonl");
        assertEquals(
                missing + ": the file does not exist, expected a file of lines",
                assertThrows(InvalidInputException.class, () -> DialogueFile.read(missing))
                        .getMessage());
        Path empty = file(" ", "");
        assertEquals(
                empty + " has no lines, expected one JSON object per line",
                assertThrows(InvalidInputException.class, () -> DialogueFile.read(empty))
                        .getMessage());
    }
}
