package dev.assay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class InvalidInputExceptionTest {
    @Test
    void shortensMessagesOfDamagedFilesToOneLine() {
        String message = new InvalidInputException(
                        "a.json: name is \"x\ny\u2028" + "z".repeat(5_000) + "\", expected a string")
                .getMessage();
        assertEquals(1, message.lines().count());
        assertTrue(message.length() < 1_000, message);
        assertTrue(
                message.startsWith("a.json: name is \"x y zzz") && message.endsWith("zz\", expected a string"),
                message);
    }

    @Test
    void keepsOrdinaryMessages() {
        String message = "config.json: heads is 5, expected a divisor of 48";
        assertEquals(message, new InvalidInputException(message).getMessage());
    }
}
