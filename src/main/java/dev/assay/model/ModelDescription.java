package dev.assay.model;

import dev.assay.hub.HubSelection;
import dev.assay.io.JsonObject;
import dev.assay.model.config.TransformerConfig;
import dev.assay.model.hook.HookPointCatalog;
import dev.assay.model.hook.SiteDescription;
import dev.assay.model.internal.network.Parameters;
import dev.assay.view.Displayable;
import dev.assay.view.Html;
import dev.assay.view.HtmlSection;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The sizes and the sites of a model.
 *
 * @param name the name or folder of the model
 * @param config the sizes and the structure
 * @param parameters the number of weights; a tied unembedding counts once
 * @param sites every site, in the order of computation
 */
public record ModelDescription(String name, TransformerConfig config, long parameters, List<SiteDescription> sites)
        implements Displayable {
    private static final String CONFIG = "config.json";

    /** Copies the list. */
    public ModelDescription {
        sites = List.copyOf(sites);
    }

    /** Describes a model of a configuration. */
    static ModelDescription of(String name, TransformerConfig config) {
        HookPointCatalog sites = new HookPointCatalog(config);
        List<SiteDescription> described = sites.all().stream()
                .map(point -> SiteDescription.of(point, sites.shape(point)))
                .toList();
        long parameters = Parameters.shapes(config).values().stream()
                .mapToLong(shape -> shape.size())
                .sum();
        return new ModelDescription(name, config, parameters, described);
    }

    /**
     * Describes a model without loading it. Only its {@code config.json} is read, or downloaded.
     *
     * @param nameOrFolder a Hugging Face folder; {@code org/name} or {@code org/name@revision} on the Hugging Face hub; or
     *     {@code assay/stories}, the model that is part of Assay
     * @throws dev.assay.InvalidInputException when the configuration is missing or unusable
     * @throws IOException when reading fails
     */
    public static ModelDescription read(String nameOrFolder) throws IOException {
        return EmbeddedModel.isName(nameOrFolder)
                ? EmbeddedModel.read(nameOrFolder, ModelDescription::read)
                : read(ModelLocation.resolve(nameOrFolder, HubSelection.file(CONFIG)), nameOrFolder);
    }

    private static ModelDescription read(Path folder, String name) throws IOException {
        return of(name, ModelReader.config(JsonObject.read(folder.resolve(CONFIG))));
    }

    @Override
    public String toHtml() {
        Table about = Table.of(name)
                .words("family", "sizes")
                .numbers("parameters")
                .row(Cell.text(config.family()), Cell.text(config.sizes()), Cell.count(parameters));
        return HtmlSection.of(about, siteTable().folded()).toHtml();
    }

    /** {@return the sizes and a table of the sites as text} */
    @Override
    public String toString() {
        return String.format(
                        Locale.ROOT,
                        "%s: %s, %,d parameters%n%s%n%n",
                        name,
                        config.family(),
                        parameters,
                        config.sizes())
                + siteTable().toText("", "");
    }

    private Table siteTable() {
        Table table = Table.of(Html.count(sites.size()) + " sites").words("site", "shape");
        sites.forEach(site -> table.row(Cell.token(site.point().name()), Cell.text(site.shape())));
        return table;
    }
}
