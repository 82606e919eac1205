package dev.assay.notebook;

import dev.assay.view.Displayable;
import org.rapaio.jupyter.kernel.display.DisplayData;
import org.rapaio.jupyter.kernel.display.DisplayRenderer;
import org.rapaio.jupyter.kernel.display.MimeType;

/** Renders displayable results in the rapaio kernel: as HTML and plain text, or only as plain text if requested. */
final class RapaioRenderer implements DisplayRenderer {
    @Override
    public Class<?> rendererClass() {
        return Displayable.class;
    }

    @Override
    public boolean canRender(String mime) {
        return type(mime) == MimeType.HTML || type(mime) == MimeType.TEXT;
    }

    @Override
    public DisplayData render(String mime, Object shown) {
        Displayable displayable = (Displayable) shown;
        DisplayData data = DisplayData.fromText(displayable.toText());
        if (type(mime) == MimeType.HTML) {
            data.putHTML(displayable.toHtml());
        }
        return data;
    }

    /** The default is HTML. */
    private static MimeType type(String mime) {
        return mime == null || mime.isBlank() ? MimeType.HTML : MimeType.from(mime, null);
    }
}
