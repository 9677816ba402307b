(function () {
  var statements = Array.prototype.slice.call(document.querySelectorAll('a.statement'));
  var current = null;
  function close() {
    if (!current) return;
    current.classList.remove('chosen');
    current.removeAttribute('aria-current');
    var open = document.querySelector('.evidence.open');
    if (open) open.classList.remove('open');
    current = null;
  }
  function show(statement, move) {
    var evidence = document.getElementById(statement.getAttribute('href').slice(1));
    close();
    current = statement;
    statement.classList.add('chosen');
    statement.setAttribute('aria-current', 'true');
    statement.scrollIntoView({ block: 'nearest' });
    if (!evidence) return;
    evidence.classList.add('open');
    evidence.parentNode.scrollTop = 0;
    evidence.querySelectorAll('pre').forEach(function (box) {
      var mark = box.querySelector('mark');
      if (mark) box.scrollTop = Math.max(0, mark.offsetTop - box.offsetTop - 60);
    });
    if (move) evidence.focus({ preventScroll: true });
  }
  function step(by) {
    var at = statements.indexOf(document.activeElement);
    if (at < 0) at = statements.indexOf(current);
    var next = statements[Math.min(statements.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    if (!next) return;
    next.focus({ preventScroll: true });
    show(next, false);
  }
  statements.forEach(function (statement) {
    statement.addEventListener('click', function (event) { event.preventDefault(); show(statement, false); });
  });
  document.querySelectorAll('a.shot').forEach(function (link) {
    var figure = document.getElementById(link.getAttribute('href').slice(1));
    var image = figure && figure.querySelector('img');
    if (image) link.insertBefore(image.cloneNode(false), link.firstChild);
  });
  document.querySelectorAll('a.close').forEach(function (link) {
    link.addEventListener('click', function (event) {
      event.preventDefault();
      var back = current;
      close();
      if (back) back.focus();
    });
  });
  document.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'j' || event.key === 'k') { event.preventDefault(); step(event.key === 'j' ? 1 : -1); }
    else if (event.key === 'Enter' && statements.indexOf(document.activeElement) >= 0) { event.preventDefault(); show(document.activeElement, true); }
    else if (event.key === 'Escape' && current) { var back = current; close(); back.focus(); }
  });
  var wanted = /^#e-(.+)$/.exec(location.hash);
  var first = wanted && statements.filter(function (s) { return s.getAttribute('href') === location.hash; })[0];
  if (first) { history.replaceState(null, '', location.pathname + location.search); first.scrollIntoView({ block: 'center' }); show(first, false); }
})();
