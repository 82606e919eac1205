package dev.assay.activation.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFiles;
import dev.assay.io.AtomicFolder;
import dev.assay.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Joins stores of disjoint parts of one text, in the order of the text. The shards are linked, not read. */
final class StoreUnion {
    private static final String PART = "part";
    private static final Pattern RANGE = Pattern.compile("(.*); contexts (\\d+) to (\\d+)");

    private final List<ActivationStore> stores;

    StoreUnion(List<ActivationStore> stores) {
        InvalidInputException.require(
                !stores.isEmpty(), "the list of activation stores is empty, expected at least one");
        this.stores = List.copyOf(stores);
    }

    ActivationStore write(Path folder) throws IOException {
        if (ActivationStore.isStore(folder)) {
            throw new InvalidInputException(folder + " is an activation store, expected a new folder for the union");
        }
        StoreFolder.requireEmpty(folder);
        for (int i = 1; i < stores.size(); i++) {
            requireSameSource(stores.get(i));
            requireBefore(stores.get(i - 1), stores.get(i));
        }
        AtomicFolder.write(folder, this::fill);
        return ActivationStore.open(folder);
    }

    private void requireSameSource(ActivationStore other) {
        StoreDescription.requireSame(
                other.folder().resolve(ActivationStoreManifest.FILE),
                compared(other),
                compared(stores.get(0)),
                "the stores of a union must be of one source");
    }

    private static ObjectNode compared(ActivationStore store) {
        ObjectNode fields = store.manifest().about().compared();
        fields.remove(List.of(PART, "shard_rows"));
        return fields;
    }

    /** Checks that the last token of a store precedes the first token of the next one in the text. */
    private static void requireBefore(ActivationStore store, ActivationStore following) throws IOException {
        int length = store.provenance().text().contextLength();
        if (store.rows() == 0 || following.rows() == 0 || length == 0) {
            return;
        }
        RowLabels last = store.labels(Math.max(0, store.rows() - length), store.rows());
        RowLabels first = following.labels(0, Math.min(length, following.rows()));
        int end = last.positions().length - 1;
        while (end >= 0 && last.positions()[end] < 0) { // BOS has no position in the text
            end--;
        }
        int start = 0;
        while (start < first.positions().length && first.positions()[start] < 0) {
            start++;
        }
        if (end < 0 || start == first.positions().length) {
            return;
        }
        long documents = Long.compare(last.documents()[end], first.documents()[start]);
        boolean ordered = documents < 0 || documents == 0 && last.positions()[end] < first.positions()[start];
        InvalidInputException.require(
                ordered,
                "the stores of a union overlap or are not in the order of the text: the last token of " + store.folder()
                        + " is not before the first of " + following.folder());
    }

    private void fill(Path target) throws IOException {
        List<StoredShard> shards = new ArrayList<>();
        long first = 0;
        for (ActivationStore store : stores) {
            for (StoredShard shard : store.manifest().shards()) {
                String name = StoredShard.name(first, first + shard.rows());
                AtomicFiles.link(store.folder().resolve(shard.file()), target.resolve(name));
                shards.add(new StoredShard(
                        name, shard.rows(), shard.bytes(), shard.sha256(), shard.next(), shard.checksumRows()));
                first += shard.rows();
            }
        }
        boolean ended = stores.get(stores.size() - 1).endOfText();
        new ActivationStoreManifest(description(), first, ended, shards).write(target);
    }

    private StoreDescription description() {
        StoreDescription about = stores.get(0).manifest().about();
        Provenance from = about.provenance();
        return new StoreDescription(
                from.withText(from.text().withPart(part())),
                about.sites(),
                about.widths(),
                about.type(),
                stores.stream()
                        .mapToInt(store -> store.manifest().about().shardRows())
                        .max()
                        .orElseThrow(),
                about.note());
    }

    /** Returns the common part of the text, with the ranges of contexts of all stores. */
    private String part() {
        List<String> parts = new ArrayList<>();
        for (ActivationStore store : stores) {
            String next = store.provenance().text().part();
            String last = parts.isEmpty() ? "" : parts.get(parts.size() - 1);
            Matcher before = RANGE.matcher(last);
            Matcher after = RANGE.matcher(next);
            if (before.matches()
                    && after.matches()
                    && before.group(1).equals(after.group(1))
                    && before.group(3).equals(after.group(2))) {
                parts.set(
                        parts.size() - 1, before.group(1) + "; contexts " + before.group(2) + " to " + after.group(3));
            } else if (!last.equals(next)) {
                parts.add(next);
            }
        }
        return String.join(" and ", parts);
    }
}
