"""The explorer as a marimo application: controls and views; everything shown is computed in the files beside this one.

``equivariety explore`` runs it; ``marimo edit`` opens it as a notebook.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="equivariety explorer", css_file="style.css")


@app.cell
def _():
    import marimo as mo

    from equivariety.errors import InputError
    from equivariety.explorer import choice, figures, listings, programs, slices

    return InputError, choice, figures, listings, mo, programs, slices


@app.cell
def _(mo):
    mo.md(
        """
        <div class="masthead">
          <div class="title">equivariety</div>
          <div class="line">linear maps that respect a symmetry: their blocks, the components of bounded rank,
          the best map for your data</div>
        </div>
        """
    )
    return


@app.cell
def _(choice, mo):
    given = mo.cli_args().get("action")
    menu = mo.ui.dropdown(
        options=choice.CATALOGUE, value=next(iter(choice.CATALOGUE)), label="an action", full_width=True
    )
    own = mo.ui.text(
        value=str(given or "(1 2 3)(4 5 6)"),
        placeholder="(1 3 4)(2 5); (1 2)   or   (1 -2 3)(-4)   or   shift:4x6",
        label="cycles, with signs if you like, several generators separated by ;",
        debounce=False,
        full_width=True,
    )
    degree = mo.ui.number(start=0, stop=choice.LARGEST_DEGREE, value=0, label="points (0: as many as occur)")
    how = mo.ui.tabs({"catalogue": menu, "my own": mo.vstack([own, degree])}, value="my own" if given else "catalogue")
    return degree, how, menu, own


@app.cell
def _(choice, programs, degree, how, menu, own):
    text = menu.value if how.value == "catalogue" else own.value
    size = None if how.value == "catalogue" or not degree.value else int(degree.value)
    chosen = choice.read_choice(text, size)
    action_code = programs.action_code(text, size)
    return action_code, chosen, text


@app.cell
def _(chosen, how, mo):
    import html

    verdict = "wrong" if chosen.maps is None else "right"
    mo.vstack([how, mo.Html(f'<div class="verdict {verdict}">{html.escape(chosen.message)}</div>')])
    return


@app.cell
def _(chosen, mo):
    mo.stop(chosen.maps is None)
    maps = chosen.maps
    rank = mo.ui.slider(
        start=0,
        stop=maps.largest_rank,
        value=min(3, maps.largest_rank),
        show_value=True,
        full_width=True,
        label="largest rank r",
    )
    rank
    return maps, rank


@app.cell
def _(maps, mo, rank, listings):
    family = maps.bounded(min(rank.value, min(maps.shape)))
    found = listings.counts(family)
    mo.hstack(
        [
            mo.stat(f"{found['all']:,}", label="components of rank at most r", bordered=True),
            mo.stat(f"{found['with a matrix of this rank']:,}", label="with a matrix of rank r", bordered=True),
            mo.stat(f"{found['complex']:,}", label="over the complex numbers", bordered=True),
            mo.stat(f"{maps.dimension:,}", label="dimension of all maps", bordered=True),
        ],
        widths="equal",
        gap=1,
        wrap=True,
    )
    return (family,)


@app.cell
def _(mo):
    BLOCKS, COMPONENTS, WEIGHTS, DATA, SLICES = "Blocks", "Components", "Weights", "Data", "Slices"
    view = mo.ui.radio(options=[BLOCKS, COMPONENTS, WEIGHTS, DATA, SLICES], value=BLOCKS, inline=True)
    mo.Html(f'<div class="views">{view}</div>')
    return BLOCKS, COMPONENTS, DATA, SLICES, WEIGHTS, view


@app.cell
def _(InputError, figures, mo):
    from html import escape

    def note(reason):
        """Why something is not shown."""
        return mo.Html(f'<div class="note">{escape(str(reason))}</div>')

    def picture(make, alt):
        """A figure as an image in its own size, or the reason why there is none."""
        try:
            figure = make()
            width = f"min(100%, {round(105 * figure.get_figwidth())}px)"
            return mo.image(figures.png(figure), alt=alt, width=width, rounded=True)
        except InputError as error:
            return note(error)

    def table(make, label):
        try:
            rows = make()
        except InputError as error:
            return note(error)
        if not rows:
            return mo.md(f"**{label}**: none")
        return mo.ui.table(rows, label=label, selection=None, pagination=True, page_size=12, show_download=False)

    def as_code(program):
        editor = mo.ui.code_editor(program, language="python", theme="light", disabled=True, show_copy_button=True)
        return mo.accordion({"Copy as code": editor})

    return as_code, note, picture, table


@app.cell
def _(BLOCKS, action_code, as_code, programs, figures, maps, mo, picture, table, listings, view):
    mo.stop(view.value != BLOCKS)
    mo.vstack(
        [
            mo.hstack(
                [
                    table(lambda: listings.block_rows(maps), "one row for each irreducible representation"),
                    picture(lambda: figures.basis_figure(maps), "the change of basis Q"),
                ],
                widths=[1, 1.1],
                gap=1.5,
                align="start",
                wrap=True,
            ),
            as_code(programs.blocks_code(action_code)),
        ],
        gap=1,
    )
    return


@app.cell
def _(COMPONENTS, action_code, as_code, programs, family, mo, rank, table, listings, view):
    mo.stop(view.value != COMPONENTS)
    mo.vstack(
        [
            table(lambda: listings.component_rows(family), f"the first components, at most {listings.MOST_COMPONENTS}"),
            as_code(programs.components_code(action_code, rank.value)),
            table(lambda: listings.singular_rows(family), "pieces of the singular locus"),
            as_code(programs.singular_code(action_code, rank.value)),
        ],
        gap=1,
    )
    return


@app.cell
def _(family, mo):
    from itertools import islice

    listed = {" ".join(map(str, part.ranks)): part for part in islice(family.components(), 100)}
    member = mo.ui.dropdown(options=listed, value=next(iter(listed)), label="component, by its block ranks")
    return (member,)


@app.cell
def _(WEIGHTS, action_code, as_code, programs, figures, maps, member, mo, picture, rank, view):
    mo.stop(view.value != WEIGHTS)
    mo.vstack(
        [
            member,
            mo.hstack(
                [
                    mo.vstack(
                        [
                            mo.md("**equivariant**, in the coordinates of Q"),
                            picture(lambda: figures.sharing_figure(member.value), "weights of the equivariant network"),
                        ]
                    ),
                    mo.vstack(
                        [
                            mo.md("**invariant**, in the points"),
                            picture(
                                lambda: figures.invariant_sharing_figure(maps, rank.value),
                                "weights of the invariant network",
                            ),
                        ]
                    ),
                ],
                widths="equal",
                gap=1.5,
                align="start",
                wrap=True,
            ),
            mo.md(
                "Edges of one color share a weight; dashed ones carry it with the other sign; gray ones stand alone."
            ),
            as_code(programs.sharing_code(action_code, rank.value, member.value.ranks)),
        ],
        gap=1,
    )
    return


@app.cell
def _(choice, maps, mo):
    fitting = choice.DATA[0] if maps.domain.degree == 64 else choice.DATA[-1]
    source = mo.ui.dropdown(options=[*choice.DATA, "my file"], value=fitting, label="data")
    upload = mo.ui.file(filetypes=[".npy", ".npz", ".csv"], kind="button", label="a matrix, samples as rows")
    return source, upload


@app.cell
def _(DATA, InputError, choice, maps, mo, source, upload, view):
    mo.stop(view.value != DATA)
    mo.stop(source.value == "my file" and not upload.value, mo.hstack([source, upload], justify="start", gap=1))
    try:
        if source.value == "my file":
            data_name = upload.value[0].name
            rows = choice.uploaded(data_name, upload.value[0].contents, maps.domain.degree)
        else:
            data_name, rows = source.value, choice.embedded(source.value, maps.domain.degree)
        problem = maps.problem(rows)
        complaint = None
    except InputError as error:
        rows = problem = None
        data_name = source.value
        complaint = str(error)
    return complaint, data_name, problem, rows


@app.cell
def _(
    action_code,
    as_code,
    chosen,
    choice,
    programs,
    complaint,
    data_name,
    figures,
    mo,
    note,
    picture,
    problem,
    rank,
    rows,
    source,
    table,
    listings,
    text,
    upload,
):
    _controls = mo.hstack([source, upload] if source.value == "my file" else [source], justify="start", gap=1)
    mo.stop(complaint is not None, mo.vstack([_controls, note(complaint)]))
    from equivariety.plotting.spectra import spectrum

    _degree = chosen.action.degree
    solution = problem.best(min(rank.value, _degree))
    mo.vstack(
        [
            _controls,
            table(lambda: listings.fit_rows(solution, 2 * solution.component.rank * _degree), "the best map of all"),
            picture(lambda: spectrum(solution), "gains of all terms and the optimal cut"),
            picture(
                lambda: figures.reconstruction_figure(solution, rows, choice.image_shape(text, _degree)),
                "data and reconstructions",
            ),
            as_code(programs.data_code(action_code, rank.value, data_name)),
        ],
        gap=1,
    )
    return


@app.cell
def _(mo, slices):
    kind = mo.ui.dropdown(options=list(slices.KINDS), value=slices.KINDS[0], label="slice")
    seed = mo.ui.slider(0, 20, value=0, label="number of the random slice", show_value=True, debounce=True)
    elevation = mo.ui.slider(-90, 90, value=20, step=5, label="elevation", show_value=True, debounce=True)
    azimuth = mo.ui.slider(-180, 180, value=-60, step=5, label="azimuth", show_value=True, debounce=True)
    return azimuth, elevation, kind, seed


@app.cell
def _(InputError, SLICES, family, kind, mo, seed, slices, view):
    mo.stop(view.value != SLICES)
    try:
        scene, refusal = slices.slice_figure(family, kind.value, seed.value), ""
    except InputError as error:
        scene, refusal = None, str(error)
    return refusal, scene


@app.cell
def _(
    action_code,
    as_code,
    azimuth,
    programs,
    elevation,
    figures,
    kind,
    mo,
    note,
    picture,
    rank,
    refusal,
    scene,
    seed,
    slices,
):
    _turn = [elevation, azimuth] + ([seed] if kind.value == slices.KINDS[2] else [])
    _picture = (
        note(refusal)
        if scene is None
        else picture(lambda: figures.turned(scene, elevation.value, azimuth.value), "a slice of the variety")
    )
    mo.vstack(
        [
            kind,
            mo.hstack(_turn, justify="start", gap=2),
            _picture,
            as_code(
                programs.slice_code(action_code, rank.value, kind.value, seed.value, elevation.value, azimuth.value)
            ),
        ],
        gap=1,
    )
    return


if __name__ == "__main__":
    app.run()
