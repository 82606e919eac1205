package dev.assay.feature.scan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.feature.TinyDictionary;
import dev.assay.feature.store.Coactivation;
import dev.assay.feature.store.FeatureCollector;
import dev.assay.feature.store.FeaturePart;
import dev.assay.feature.store.FeatureStore;
import dev.assay.text.ContextRange;
import dev.assay.text.CorpusIndex;
import dev.assay.text.Split;
import dev.assay.text.TokenSelection;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureScanTest {
    private static final int TOKENS = 1500;
    private static final ScanOptions OPTIONS = new ScanOptions(List.of(), 6, 5, 3, false, true);

    private static TinyDictionary tiny;
    private static List<FeaturePart> parts;
    private static FeatureStore store;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void collect() throws IOException {
        tiny = new TinyDictionary();
        FeatureCollector collector = FeatureCollector.of(tiny.model, tiny.sae, tiny.corpus)
                .tokens(TOKENS)
                .batch(4)
                .partners(TinyDictionary.LATENTS)
                .window(5, 3);
        CorpusIndex index = CorpusIndex.of(tiny.corpus, Split.ALL, TokenSelection.WITHOUT_SPECIAL, 4);
        List<Path> files = new ArrayList<>();
        List<ContextRange> units = collector.units(index, 4);
        for (ContextRange range : units) {
            Path file = folder.resolve("part" + range.from());
            collector.collectPart(range, index.before(range.from()), file);
            files.add(file);
        }
        // One more part, after the one that reaches the number of tokens.
        ContextRange beyond = new ContextRange(
                units.get(units.size() - 1).to(), units.get(units.size() - 1).to() + 4);
        collector.collectPart(beyond, index.before(beyond.from()), folder.resolve("beyond"));
        files.add(folder.resolve("beyond"));
        parts = new ArrayList<>();
        for (Path file : files) {
            parts.add(FeaturePart.open(file));
        }
        store = FeatureStore.merge(files, folder.resolve("store"));
    }

    @AfterAll
    static void close() {
        tiny.close();
    }

    private static List<FeatureScan> scans(ScanOptions options) {
        List<FeatureScan> scans = new ArrayList<>();
        long before = 0;
        for (FeaturePart part : parts) {
            scans.add(FeatureScan.of(part, before, options));
            before += part.tokens();
        }
        return scans;
    }

    private static List<String> json(FeatureScan scan) {
        return IntStream.of(scan.latents())
                .mapToObj(latent -> scan.json(latent, 7).toString())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void anyGroupingAndOrderMergesToOneResult(int groups) throws IOException {
        for (boolean onePerDocument : new boolean[] {false, true}) {
            ScanOptions options = OPTIONS.withOnePerDocument(onePerDocument);
            List<FeatureScan> scans = scans(options);
            List<String> expected = json(FeatureScan.merge(scans));
            List<FeatureScan> merged = new ArrayList<>();
            for (int group = 0; group < groups; group++) {
                List<FeatureScan> some =
                        scans.subList(group * scans.size() / groups, (group + 1) * scans.size() / groups);
                merged.add(FeatureScan.merge(some));
            }
            Collections.shuffle(merged, new Random(groups));
            assertEquals(expected, json(FeatureScan.merge(merged)));
        }
    }

    @Test
    void countsMaximaHistogramsAndCoactivationsAreThoseOfTheStore() {
        FeatureScan scan = FeatureScan.merge(scans(OPTIONS));
        assertEquals(store.tokens(), scan.tokens());
        for (int latent = 0; latent < TinyDictionary.LATENTS; latent++) {
            assertEquals(store.density(latent), (double) scan.active(latent) / scan.tokens());
            assertEquals(store.maxActivation(latent), scan.maximum(latent));
            assertEquals(store.histogram(latent), scan.histogram(latent));
            List<Coactivation> expected = store.coactivating(latent, 9);
            List<ScanCoactivation> found = scan.coactivating(latent, 9);
            assertEquals(expected.size(), found.size());
            for (int i = 0; i < found.size(); i++) {
                assertEquals(expected.get(i).latent(), found.get(i).latent());
                assertEquals(expected.get(i).together(), found.get(i).together());
                assertEquals(expected.get(i).jaccard(), found.get(i).jaccard());
                assertEquals(expected.get(i).lift(), found.get(i).lift());
            }
        }
        assertEquals(0, scan.active(TinyDictionary.LATENTS - 1));
        assertEquals(List.of(), scan.top(TinyDictionary.LATENTS - 1));
    }

    /** Returns the strongest activation of each context of the store, in order. */
    private static List<ScanExample> peaks(int latent) {
        List<ScanExample> peaks = new ArrayList<>();
        for (FeaturePart part : parts) {
            part.contexts(context -> {
                ScanExample best = null;
                for (int token = 0; token < context.ids().length; token++) {
                    for (int i = context.starts()[token]; i < context.starts()[token + 1]; i++) {
                        if (context.latents()[i] == latent && (best == null || context.values()[i] > best.value())) {
                            best = new ScanExample(
                                    context.values()[i],
                                    context.documents()[token],
                                    context.number() * TinyDictionary.LENGTH + token,
                                    0,
                                    new int[0],
                                    new float[0]);
                        }
                    }
                }
                if (best != null && best.position() < store.positions()) {
                    peaks.add(best);
                }
            });
        }
        peaks.sort(ScanExample.ORDER);
        return peaks;
    }

    @Test
    void topExamplesAreTheStrongestContextsByExactActivation() {
        FeatureScan scan = FeatureScan.merge(scans(OPTIONS));
        FeatureScan documents = FeatureScan.merge(scans(OPTIONS.withOnePerDocument(true)));
        boolean documentsDiffer = false;
        for (int latent = 0; latent < TinyDictionary.LATENTS; latent++) {
            List<ScanExample> peaks = peaks(latent);
            assertEquals(
                    peaks.stream().limit(6).map(ScanExample::position).toList(),
                    scan.top(latent).stream().map(ScanExample::position).toList());
            Set<Long> seen = new HashSet<>();
            List<Long> perDocument = peaks.stream()
                    .filter(peak -> seen.add(peak.document()))
                    .limit(6)
                    .map(ScanExample::position)
                    .toList();
            assertEquals(
                    perDocument,
                    documents.top(latent).stream().map(ScanExample::position).toList());
            documentsDiffer |= !scan.top(latent).equals(documents.top(latent));
        }
        assertTrue(documentsDiffer, "no document has two of the strongest examples");
    }

    @Test
    void examplesHaveTheWindowAroundTheirPeak() {
        FeatureScan scan = FeatureScan.merge(scans(OPTIONS));
        for (ScanExample example : scan.top(0)) {
            int place = (int) (example.position() % TinyDictionary.LENGTH);
            assertEquals(Math.min(5, place), example.peak());
            assertEquals(example.value(), example.values()[example.peak()]);
            long start = example.position() - example.peak();
            int[] context = store.context(example.position()).ids();
            for (int i = 0; i < example.ids().length; i++) {
                assertEquals(context[place - example.peak() + i], example.ids()[i]);
                long position = start + i;
                float expected = IntStream.range(0, store.activations(0).size())
                        .filter(j -> store.activations(0).position(j) == position)
                        .mapToObj(j -> store.activations(0).value(j))
                        .findFirst()
                        .orElse(0f);
                assertEquals(expected, example.values()[i], store.maxActivation(0) / 131070 + 1e-6);
            }
        }
    }

    @Test
    void someLatentsHaveTheResultsOfAScanOfAll() throws IOException {
        FeatureScan all = FeatureScan.merge(scans(OPTIONS));
        FeatureScan some = FeatureScan.merge(scans(OPTIONS.withLatents(List.of(2, 7, 30))));
        assertArrayEquals(new int[] {2, 7, 30}, some.latents());
        for (int latent : some.latents()) {
            assertEquals(all.json(latent, 7), some.json(latent, 7));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        some.write(new DataOutputStream(bytes));
        FeatureScan read =
                FeatureScan.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), some.options());
        assertEquals(json(some), json(read));
    }

    @Test
    void refusesOtherLatentsAndDifferentOptions() {
        FeatureScan some =
                FeatureScan.merge(scans(OPTIONS.withLatents(List.of(2)).withCoactivation(false)));
        assertEquals("latent 3 was not scanned, expected one of 1 latents", message(() -> some.top(3)));
        assertTrue(message(() -> some.coactivating(2, 1)).startsWith("the scan has no coactivations"));
        assertTrue(message(() -> FeatureScan.merge(List.of(some, scans(OPTIONS).get(0))))
                .contains("expected scans of one kind"));
        assertTrue(message(() -> scans(OPTIONS.withLatents(List.of(TinyDictionary.LATENTS))))
                .contains("expected 0 to " + (TinyDictionary.LATENTS - 1)));
        assertTrue(message(() -> OPTIONS.withLatents(List.of(4, 4))).contains("expected ascending latents"));
        assertTrue(message(() -> FeatureScan.merge(List.of())).startsWith("the list of scans is empty"));
        assertEquals(0, OPTIONS.withTop(0).top());
    }

    private interface Attempt {
        void run();
    }

    private static String message(Attempt attempt) {
        return assertThrows(InvalidInputException.class, attempt::run).getMessage();
    }
}
