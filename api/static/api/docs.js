"use strict";

// A session may try writing calls too: Django's CSRF cookie goes along as a header.
const withCsrf = (request) => {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]*)/);
  if (token && !["GET", "HEAD"].includes((request.method || "GET").toUpperCase())) {
    request.headers["X-CSRFToken"] = decodeURIComponent(token[1]);
  }
  return request;
};

SwaggerUIBundle({
  url: document.getElementById("swagger-ui").dataset.specification,
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none",
  requestInterceptor: withCsrf,
  validatorUrl: null,
});
