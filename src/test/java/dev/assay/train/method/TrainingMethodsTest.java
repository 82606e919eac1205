package dev.assay.train.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.assay.InvalidInputException;
import dev.assay.train.spi.MethodArguments;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The registry of training methods. */
class TrainingMethodsTest {
    @Test
    void listsBuiltInMethodsInTheOrderOfTheHelp() {
        assertEquals(
                "topk, batchtopk, matryoshka, standard, standard-unit-norm, tied, p-annealing, gated, gated-unit-norm,"
                        + " jumprelu, jumprelu-tanh, jumprelu-target",
                TrainingMethods.names());
    }

    @Test
    void refusesAnUnknownNameAndListsTheKnownOnes() {
        String message = message("none", Map.of());
        assertEquals("unknown training method \"none\", expected one of " + TrainingMethods.names(), message);
    }

    @Test
    void refusesAnOptionThatTheMethodDoesNotHave() {
        assertEquals(
                "the method topk has no option epsilon, expected no method options",
                message("topk", Map.of("epsilon", "1")));
    }

    @Test
    void readsOptionsAsNumbersOrText() {
        MethodArguments arguments = new MethodArguments(1, 8, Map.of("epsilon", "0.5", "kind", "soft"));
        assertEquals(0.5, arguments.number("epsilon", 2));
        assertEquals(2, arguments.number("other", 2));
        assertEquals("soft", arguments.text("kind", "hard"));
        assertEquals("hard", arguments.text("other", "hard"));
        InvalidInputException failure = assertThrows(InvalidInputException.class, () -> arguments.number("kind", 1));
        assertEquals("the method option kind is \"soft\", expected a number", failure.getMessage());
    }

    private static String message(String name, Map<String, String> options) {
        MethodArguments arguments = new MethodArguments(4, 8, options);
        return assertThrows(InvalidInputException.class, () -> TrainingMethods.create(name, arguments))
                .getMessage();
    }
}
