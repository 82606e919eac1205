package dev.assay.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.feature.report.SyntheticFeatures;
import dev.assay.view.Displayable;
import dev.assay.view.HtmlSection;
import dev.assay.view.Picture;
import dev.assay.view.Table;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.junit.jupiter.api.Test;
import org.rapaio.jupyter.kernel.channels.LoopThread;
import org.rapaio.jupyter.kernel.core.ConnectionProperties;
import org.rapaio.jupyter.kernel.display.DisplaySystem;
import org.rapaio.jupyter.kernel.message.MessageType;

/** Tests that kernels load Assay's classes as services and render displayable results. */
class KernelsTest {
    private record Shown(String word) implements Displayable {
        @Override
        public String toHtml() {
            return "<b>" + word + "</b>";
        }

        @Override
        public String toString() {
            return "*" + word + "*";
        }
    }

    @Test
    void jjavaRendersDisplayables() {
        BaseKernel kernel = Kernels.ofJJava();
        kernel.onStartup();
        Renderer renderer = kernel.getRenderer();
        DisplayData data = renderer.render(new Shown("feature"));
        assertEquals("<b>feature</b>", data.getData(MIMEType.TEXT_HTML));
        assertEquals("*feature*", data.getData(MIMEType.TEXT_PLAIN));
        DisplayData text = renderer.renderAs(new Shown("feature"), "text/plain");
        assertFalse(text.hasDataForType(MIMEType.TEXT_HTML));
        assertEquals("*feature*", text.getData(MIMEType.TEXT_PLAIN));
        DisplayData html = renderer.renderAs(new Shown("feature"), "text/html");
        assertEquals("<b>feature</b>", html.getData(MIMEType.TEXT_HTML));
        kernel.onShutdown(false);
    }

    @Test
    void rapaioRendersDisplayables() {
        for (String mime : new String[] {null, "", "html", "text/html"}) {
            Map<String, Object> data =
                    DisplaySystem.inst().render(mime, new Shown("feature")).data();
            assertEquals(Map.of("text/html", "<b>feature</b>", "text/plain", "*feature*"), data);
        }
    }

    @Test
    void rapaioRendersPlainTextOnRequest() {
        Map<String, Object> data =
                DisplaySystem.inst().render("text/plain", new Shown("feature")).data();
        assertEquals(Map.of("text/plain", "*feature*"), data);
    }

    @Test
    void rapaioDropsRequestsBeforeHandlersAreRegistered() throws Exception {
        ConnectionProperties connection =
                new ConnectionProperties(0, 0, "tcp", "hmac-sha256", 0, 0, "127.0.0.1", 0, "key");
        assertNull(RapaioLauncher.channels(connection).getHandler(MessageType.SHELL_KERNEL_INFO_REQUEST));
    }

    /** A thread of a channel that has ended. */
    private static final class Channel {
        private LoopThread loopThread;
    }

    @Test
    void rapaioLoopThatEndedIsReplaced() throws Exception {
        CountDownLatch rounds = new CountDownLatch(3);
        Channel channel = new Channel();
        channel.loopThread = new LoopThread("Shell-0", 1, rounds::countDown);
        RapaioLauncher.keepAlive(channel);
        assertTrue(channel.loopThread.isAlive());
        assertTrue(rounds.await(10, TimeUnit.SECONDS));
        channel.loopThread.shutdown();
        channel.loopThread.join();
    }

    @Test
    void ijavaRendersDisplayablesOnceInstalled() {
        Kernels kernels = new Kernels();
        var renderer = kernels.ijava().getRenderer();
        Map<String, Object> both = Map.of("text/html", "<b>feature</b>", "text/plain", "*feature*");
        assertEquals(both, Kernels.ofIJava(renderer.render(new Shown("feature"))));
        assertEquals(both, Kernels.ofIJava(renderer.renderAs(new Shown("feature"), "text/html")));
        assertEquals(
                Map.of("text/plain", "*feature*"),
                Kernels.ofIJava(renderer.renderAs(new Shown("feature"), "text/plain")));
        IJavaDisplay.install(kernels.ijava());
        assertEquals(both, Kernels.ofIJava(renderer.render(new Shown("feature"))));
    }

    @Test
    void ijavaShowsReadableTextWithoutInstallation() {
        Table table = Table.of("").words("word").row(Table.Cell.text("b"));
        var renderer = new io.github.spencerpark.jupyter.kernel.display.Renderer();
        assertEquals(Map.of("text/plain", "word\nb\n"), Kernels.ofIJava(renderer.render(table)));
    }

    @Test
    void kernelsShowTablesPagesAndPicturesAlike() {
        Table table = Table.of("table").words("word").row(Table.Cell.text("b"));
        Kernels kernels = new Kernels();
        for (Displayable value : List.of(
                table,
                HtmlSection.titled("title").table(table),
                Picture.of(new BufferedImage(20, 10, BufferedImage.TYPE_INT_RGB), "a black rectangle"),
                SyntheticFeatures.dashboard(10),
                new SyntheticFeatures(10, 3).reports(2, 3).get(0))) {
            Map<String, Map<String, Object>> shown = kernels.render(value);
            assertEquals(1, Set.copyOf(shown.values()).size(), () -> shown.toString());
            assertEquals(value.toString(), shown.get("IJava").get("text/plain"));
            assertTrue(shown.get("IJava").get("text/html").toString().startsWith("<"));
        }
    }
}
