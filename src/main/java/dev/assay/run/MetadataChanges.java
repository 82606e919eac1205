package dev.assay.run;

import dev.assay.InvalidInputException;
import dev.assay.checkpoint.ModuleNames;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.Sites;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.BosRule;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The metadata of a dictionary with the sites and the choice of BOS of a {@link RunLoader}, and, where the files of the dictionary say
 * nothing, those of the run's description.
 */
final class MetadataChanges {
    private final Path folder;
    private final RunLoader options;
    private final int index;
    private final Optional<RunDescription> stored;

    MetadataChanges(Path folder, RunLoader options, int index, Optional<RunDescription> stored) {
        this.folder = folder;
        this.options = options;
        this.index = index;
        this.stored = stored;
    }

    /** Returns the changed dictionary and closes the given one; or the given one if nothing changes. */
    SparseAutoencoder apply(SparseAutoencoder sae) {
        SaeMetadata.Builder builder = sae.metadata().toBuilder();
        boolean changed = changeSites(sae, builder);
        Optional<Boolean> bos = options.prependBos();
        if (bos.isEmpty() && sae.metadata().statedPrependBos().isEmpty()) {
            bos = stored.map(run -> run.text().bos())
                    .filter(rule -> rule != BosRule.TOKENIZER)
                    .map(rule -> rule == BosRule.PREPEND);
        }
        bos.ifPresent(builder::prependBos);
        options.contextLength().ifPresent(builder::contextSize);
        if (!changed && bos.isEmpty() && options.contextLength().isEmpty()) {
            return sae;
        }
        try (sae) {
            return sae.toBuilder().metadata(builder.build()).build();
        }
    }

    private boolean changeSites(SparseAutoencoder sae, SaeMetadata.Builder builder) {
        Optional<String> target = options.target(index);
        if (target.isPresent() && !sae.transcodes()) {
            throw new InvalidInputException("--target is " + target.get() + ", but " + folder
                    + " is an autoencoder, expected a transcoder or no --target");
        }
        Optional<String> read = readSite(sae.metadata());
        if (read.isEmpty() && target.isEmpty()) {
            return false;
        }
        String written =
                options.writtenSite(index).orElse(sae.metadata().hookName().orElse(""));
        if (options.site(index).isPresent() || ModuleNames.output(written).isPresent()) {
            builder.hookModule(ModuleNames.output(written).isPresent() ? written : "");
        }
        List<Sites.Span> reads = read.isPresent()
                ? Sites.of(read.get(), sae.dIn()).reads()
                : sae.sites().reads();
        if (!sae.transcodes()) {
            builder.sites(new Sites(reads, reads));
            return true;
        }
        List<Sites.Span> writes = target.isPresent()
                ? Sites.of(target.get(), sae.dOut()).reads()
                : sae.sitesReading(reads.get(0).name()).writes();
        builder.sites(Sites.transcoder(reads, writes));
        return true;
    }

    /** Returns the site to put in place of that of the metadata, if any. */
    private Optional<String> readSite(SaeMetadata metadata) {
        Optional<String> named = options.site(index);
        List<String> own = metadata.hookNames();
        if (named.isEmpty() && own.isEmpty()) {
            return stored.map(RunDescription::hooks)
                    .filter(hooks -> hooks.size() == 1)
                    .map(hooks -> hooks.get(0));
        }
        boolean isModule = own.size() == 1 && ModuleNames.output(own.get(0)).isPresent();
        return named.isEmpty() && isModule && stored.isEmpty()
                ? Optional.of(HookPoint.parse(own.get(0)).name())
                : named;
    }
}
