package dev.assay.explain.llm;

import dev.assay.InvalidInputException;
import java.net.URI;

/** Parses the address of a server. */
final class ServerAddress {
    private static final String EXPECTED = "expected an address like http://localhost:8080/v1";

    private ServerAddress() {}

    /** Returns an address without a slash at its end; {@code /v1} is the path if there is none. */
    static URI parse(String text) {
        URI address;
        try {
            address = URI.create(text.strip());
        } catch (IllegalArgumentException malformed) {
            throw new InvalidInputException("the server is \"" + text + "\", " + EXPECTED, malformed);
        }
        String scheme = String.valueOf(address.getScheme());
        boolean web = (scheme.equals("http") || scheme.equals("https")) && address.getHost() != null;
        InvalidInputException.require(web, () -> "the server is \"" + text + "\", " + EXPECTED);
        InvalidInputException.require(
                address.getRawUserInfo() == null && address.getRawQuery() == null && address.getRawFragment() == null,
                () -> "the address of the server " + address.getHost()
                        + " has a user, a password or a query, " + EXPECTED
                        + " and the key in an environment variable");
        String path = address.getRawPath().replaceFirst("/+$", "");
        return URI.create(scheme + "://" + address.getRawAuthority() + (path.isEmpty() ? "/v1" : path));
    }
}
