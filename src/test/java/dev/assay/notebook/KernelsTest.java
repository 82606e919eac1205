package dev.assay.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.view.Displayable;
import dev.assay.view.Table;
import io.github.spencerpark.jupyter.kernel.display.common.Text;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.JupyterIO;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;
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
        public String toText() {
            return "*" + word + "*";
        }
    }

    /** A kernel that evaluates nothing. */
    private static final class SilentKernel extends BaseKernel {
        SilentKernel() {
            super(
                    "silent",
                    "1",
                    new LanguageInfo.Builder("java").build(),
                    List.of(),
                    null,
                    new JupyterIO(StandardCharsets.UTF_8),
                    new CommManager(),
                    new Renderer(),
                    null,
                    null,
                    true,
                    new StringStyler.Builder().build());
        }

        @Override
        public Object evalRaw(String code) {
            return null;
        }

        @Override
        public DisplayData inspect(String code, int at, boolean extraDetail) {
            return null;
        }

        @Override
        public ReplacementOptions complete(String code, int at) {
            return null;
        }

        @Override
        public String isComplete(String code) {
            return IS_COMPLETE_YES;
        }
    }

    @Test
    void jjavaRendersDisplayables() {
        BaseKernel kernel = new SilentKernel();
        kernel.onStartup();
        DisplayData data = kernel.getRenderer().render(new Shown("feature"));
        assertEquals("<b>feature</b>", data.getData(MIMEType.TEXT_HTML));
        assertEquals("*feature*", data.getData(MIMEType.TEXT_PLAIN));
        DisplayData text = kernel.getRenderer().renderAs(new Shown("feature"), "text/plain");
        assertFalse(text.hasDataForType(MIMEType.TEXT_HTML));
        assertEquals("*feature*", text.getData(MIMEType.TEXT_PLAIN));
        DisplayData html = kernel.getRenderer().renderAs(new Shown("feature"), "text/html");
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

    /** {@code display(x.toHtml(), "text/html")} in a notebook of IJava. */
    @Test
    void ijavaRendersHtml() {
        var renderer = new io.github.spencerpark.jupyter.kernel.display.Renderer();
        Text.registerAll(renderer);
        String html = Table.of("table").words("a").row(Table.Cell.text("b")).toHtml();
        Object shown = renderer.renderAs(html, "text/html")
                .getData(io.github.spencerpark.jupyter.kernel.display.mime.MIMEType.TEXT_HTML);
        assertEquals(html, shown);
        assertTrue(html.startsWith("<div"));
    }
}
