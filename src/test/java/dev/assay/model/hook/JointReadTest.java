package dev.assay.model.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.model.Fixtures;
import dev.assay.model.HookedTransformer;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class JointReadTest {
    private static final List<HookPoint> POINTS =
            List.of(HookPoint.residPost(2), HookPoint.residPost(0), HookPoint.mlpOut(1));

    private static HookedTransformer model;

    @BeforeAll
    static void load() {
        model = Fixtures.load("gpt2");
    }

    @AfterAll
    static void unload() {
        model.close();
    }

    private static NDArray tokens() {
        return model.manager().create(new long[] {5, 17, 200, 3, 42, 8, 9, 250, 31, 6, 77, 100}, new Shape(2, 6));
    }

    @Test
    void readerIsCalledOncePerRunWithAllSites() {
        List<Set<HookPoint>> calls = new ArrayList<>();
        try (Scope scope = Scope.open();
                ActivationCache expected = model.cache(tokens(), POINTS.toArray(HookPoint[]::new));
                HookScope open = model.hooks()
                        .readTogether(POINTS, sites -> {
                            calls.add(Set.copyOf(sites.hookPoints()));
                            POINTS.forEach(point -> assertEquals(expected.get(point), sites.get(point)));
                            assertEquals(tokens(), sites.tokens());
                        })
                        .open()) {
            model.observe(tokens());
            model.forward(tokens());
        }
        assertEquals(List.of(Set.copyOf(POINTS), Set.copyOf(POINTS)), calls);
    }

    @Test
    void runThatStopsBeforeTheDeepestSiteIsSkipped() {
        List<Float> sums = new ArrayList<>();
        try (Scope scope = Scope.open();
                HookScope open = model.hooks()
                        .readTogether(
                                POINTS,
                                sites -> sums.add(sites.get(POINTS.get(1)).sum().getFloat()))
                        .open()) {
            NDArray other = tokens().add(1);
            model.runTo(HookPoint.mlpOut(1), other);
            assertEquals(List.of(), sums);
            NDArray expected = model.runTo(POINTS.get(1), tokens());
            model.observe(tokens());
            assertEquals(List.of(expected.sum().getFloat()), sums);
        }
    }

    @Test
    void jointReadSeesEarlierEditsAndTheMask() {
        NDArray mask = model.manager().create(new long[] {0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, new Shape(2, 6));
        try (Scope scope = Scope.open();
                HookScope open = model.hooks()
                        .edit(HookPoint.residPost(0), (x, site) -> x.zerosLike())
                        .readTogether(POINTS, sites -> {
                            assertEquals(
                                    0,
                                    sites.get(HookPoint.residPost(0))
                                            .abs()
                                            .max()
                                            .getFloat());
                            assertEquals(
                                    10,
                                    sites.real(HookPoint.residPost(2))
                                            .getShape()
                                            .get(0));
                            assertTrue(sites.mask()
                                            .sum()
                                            .toType(ai.djl.ndarray.types.DataType.INT64, false)
                                            .getLong()
                                    == 10);
                        })
                        .open()) {
            model.observe(tokens(), mask);
        }
    }

    @Test
    void rejectsEmptyListsAndUnknownSites() {
        assertThrows(InvalidInputException.class, () -> model.hooks().readTogether(List.of(), sites -> {}));
        assertThrows(
                InvalidInputException.class,
                () -> model.hooks().readTogether(List.of(HookPoint.residPost(7)), sites -> {}));
    }

    @Test
    void nativeMemoryStaysFlat() {
        int before = 0;
        for (int i = 0; i < 60; i++) {
            try (Scope step = Scope.open();
                    HookScope open = model.hooks()
                            .readTogether(
                                    POINTS, sites -> sites.get(POINTS.get(0)).sum())
                            .open()) {
                model.runTo(HookPoint.mlpOut(1), tokens());
                model.observe(tokens());
                model.runTo(HookPoint.mlpOut(1), tokens());
            }
            if (i == 10) {
                before = model.manager().getManagedArrays().size();
            }
        }
        assertEquals(before, model.manager().getManagedArrays().size());
    }
}
